//! Signing in: passwords, second factor, keys, OpenID Connect, and who may change whose account.

errors! {
    /// The same for an unknown name and a wrong password.
    sign_in_wrong(): Denied,
        "name or password is wrong",
        "tên hoặc mật khẩu không đúng";
    sign_in_locked(seconds): Limit,
        "too many wrong passwords: wait {seconds} seconds before you try again",
        "sai mật khẩu quá nhiều lần: hãy đợi {seconds} giây rồi thử lại";
    sign_in_not_recent(): Denied,
        "more than 5 minutes have passed since you signed in; load the page again and confirm who you are",
        "đã quá 5 phút kể từ lần đăng nhập; hãy tải lại trang và xác nhận lại danh tính";
    password_wrong(): Denied,
        "the password is wrong",
        "mật khẩu không đúng";
    password_length_invalid(least, most, length): Invalid,
        "a password has {least} to {most} characters, this one has {length}",
        "mật khẩu phải có từ {least} đến {most} ký tự; mật khẩu này có {length}";
    person_needed(): Denied,
        "the key of a program cannot do this; sign in",
        "khóa của chương trình không làm được việc này; hãy đăng nhập";
    sign_out_of_key(): Denied,
        "the key of a program is revoked under /api/tokens",
        "khóa của chương trình được thu hồi tại /api/tokens";
    account_is_oidc(name): Conflict,
        "{name} signs in by OpenID Connect; password and second factor are set there",
        "{name} đăng nhập bằng tài khoản cơ quan; mật khẩu và bước thứ hai được đặt ở đó";
    totp_code_wrong(): Denied,
        "the code is wrong or was used already; wait for the next one",
        "mã không đúng hoặc đã dùng; hãy đợi mã tiếp theo";
    totp_not_set_up(): Conflict,
        "no authenticator app is set up",
        "chưa thiết lập ứng dụng xác thực";
    totp_not_begun(): Conflict,
        "no authenticator app is being set up; begin again",
        "chưa bắt đầu thiết lập ứng dụng xác thực; hãy làm lại từ đầu";
    secret_key_invalid(place): Invalid,
        "{place} is not a key; a key has 64 hexadecimal digits",
        "{place} không phải khóa; khóa có 64 chữ số thập lục phân";
    /// A secret that was encrypted with another key, changed, or belongs to another account.
    secret_unreadable(name, file): Corrupt,
        "a secret of {name} cannot be decrypted; restore the key with which it was encrypted ({file})",
        "không giải mã được bí mật của {name}; hãy khôi phục khóa đã dùng để mã hóa ({file})";
    right_not_held(right): Denied,
        "you do not have the right {right} yourself",
        "chính anh/chị không có quyền {right}";
    new_key_invalid(days): Invalid,
        "a key needs a name, a right and a life of 1 to {days} days",
        "khóa phải có tên, ít nhất một quyền và thời hạn từ 1 đến {days} ngày";
    user_not_visible(name): NotFound,
        "there is nobody with the name {name}",
        "không có ai tên {name}";
    user_of_other_units(name): Denied,
        "{name} has roles in other units too; ask an administrator of all units",
        "{name} còn có vai trò ở đơn vị khác; hãy nhờ người quản trị chung của mọi đơn vị";
    user_role_needed(): Denied,
        "a person of your unit needs a role in it; disable the account instead",
        "người của đơn vị phải có vai trò trong đơn vị; nếu không dùng nữa, hãy khóa tài khoản";
    unit_not_administered(unit): Denied,
        "you do not administer the people of unit {unit}",
        "anh/chị không quản trị người dùng của đơn vị {unit}";
    user_name_invalid(): Invalid,
        "a sign-in name is 1 to 64 of the letters a to z, digits and . - _ @",
        "tên đăng nhập gồm 1 đến 64 ký tự trong a–z, chữ số và . - _ @";
    role_unit_missing(): Invalid,
        "a role needs a unit; write * for every unit",
        "vai trò phải kèm đơn vị; viết * cho mọi đơn vị";
    administrator_needed(): Conflict,
        "nobody could administer accounts any more; make somebody else an administrator first",
        "sẽ không còn ai quản trị; hãy trao quyền quản trị cho người khác trước";
    officer_self_appointed(): Denied,
        "nobody makes themselves an officer in charge of secrets; ask another administrator",
        "không ai tự giao cho mình vai trò phụ trách bí mật nhà nước; hãy nhờ người quản trị khác";
    officer_key_missing(): Denied,
        "this archive has accounts, so their roles decide who is an officer in charge of secrets: put a key with the right `quarantine` into SOHOA_KEY; the officer makes it in the browser at /keys, or decides there at /quarantine",
        "kho này có tài khoản, nên vai trò quyết định ai phụ trách bí mật nhà nước: hãy đặt khóa có quyền `quarantine` vào SOHOA_KEY; người phụ trách tạo khóa trên trình duyệt tại /keys, hoặc quyết định tại /quarantine";
    officer_key_unknown(): Denied,
        "the key in SOHOA_KEY is unknown or has expired; make a new one at /keys",
        "khóa trong SOHOA_KEY không tồn tại hoặc đã hết hạn; hãy tạo khóa mới tại /keys";
    officer_key_without_right(name): Denied,
        "the key in SOHOA_KEY belongs to \"{name}\" and lacks the right `quarantine`; an officer in charge of secrets makes one at /keys",
        "khóa trong SOHOA_KEY là của \"{name}\" và không có quyền `quarantine`; người phụ trách bí mật nhà nước tạo khóa tại /keys";
    officer_name_differs(by, name): Invalid,
        "--by says \"{by}\", but SOHOA_KEY is a key of \"{name}\"; leave --by out",
        "--by ghi \"{by}\", nhưng SOHOA_KEY là khóa của \"{name}\"; hãy bỏ --by";
    officer_not_named(name): Denied,
        "\"{name}\" is not an officer in charge of secrets; only those named in secrecy_officers of sohoa.toml may decide",
        "\"{name}\" không phụ trách bí mật nhà nước; chỉ người ghi trong secrecy_officers của sohoa.toml được quyết định";
    officers_not_set(name): Denied,
        "\"{name}\" is not an officer in charge of secrets; nobody is named yet: set secrecy_officers = [\"NAME\"] in sohoa.toml",
        "\"{name}\" không phụ trách bí mật nhà nước; chưa ai được giao: hãy đặt secrecy_officers = [\"TÊN\"] trong sohoa.toml";
    oidc_issuer_not_https(issuer): Invalid,
        "oidc.issuer is {issuer}; it must begin with https://",
        "oidc.issuer là {issuer}; phải bắt đầu bằng https://";
    oidc_issuer_invalid(issuer): Invalid,
        "oidc.issuer {issuer} is not an address",
        "oidc.issuer {issuer} không phải địa chỉ";
    oidc_public_url_invalid(address): Invalid,
        "server.public_url: {address} is not an address",
        "server.public_url: {address} không phải địa chỉ";
    oidc_groups_empty(): Invalid,
        "oidc.groups is empty, so nobody could sign in; give the role of the members of each group",
        "oidc.groups rỗng nên không ai đăng nhập được; hãy ghi vai trò cho thành viên của từng nhóm";
    oidc_group_role_unknown(role, known): Invalid,
        "oidc.groups: {role} is not a role; use one of {known}",
        "oidc.groups: {role} không phải vai trò; hãy dùng một trong các vai trò {known}";
    oidc_token_address_missing(): Invalid,
        "the sign-in of the office does not say where its tokens are; ask an administrator",
        "hệ thống đăng nhập của cơ quan không cho biết nơi cấp mã; hãy hỏi người quản trị";
    oidc_not_answering(): Unavailable,
        "the sign-in of the office does not answer; try again later",
        "hệ thống đăng nhập của cơ quan không trả lời; hãy thử lại sau";
    oidc_broken_off(): Denied,
        "the sign-in of the office was broken off; begin again",
        "việc đăng nhập của cơ quan bị dừng giữa chừng; hãy đăng nhập lại";
    oidc_refused(): Denied,
        "the sign-in of the office refuses this sign-in; begin again",
        "hệ thống đăng nhập của cơ quan từ chối; hãy đăng nhập lại";
    oidc_answer_invalid(): Denied,
        "the answer of the office's sign-in is not valid; begin again",
        "câu trả lời của hệ thống đăng nhập không hợp lệ; hãy đăng nhập lại";
    oidc_login_unknown(): Denied,
        "this sign-in was not begun here, or is too old; begin again",
        "lần đăng nhập này không bắt đầu từ đây hoặc đã quá hạn; hãy đăng nhập lại";
    oidc_no_group(): Denied,
        "you are in no group that may work here; ask an administrator",
        "anh/chị không thuộc nhóm nào được làm việc ở đây; hãy hỏi người quản trị";
    oidc_claim_missing(claim): Denied,
        "the sign-in of the office does not send {claim}; ask an administrator",
        "hệ thống đăng nhập của cơ quan không cho biết {claim}; hãy hỏi người quản trị";
    oidc_name_unusable(name): Denied,
        "{name} cannot be a name here; ask an administrator",
        "{name} không dùng làm tên đăng nhập ở đây được; hãy hỏi người quản trị";
    key_unknown(key): NotFound,
        "there is no key {key}",
        "không có khóa {key}";
    totp_already_set_up(): Conflict,
        "an authenticator app is set up already; end that first",
        "đã thiết lập ứng dụng xác thực; hãy bỏ thiết lập cũ trước";
    totp_begun_elsewhere(): Conflict,
        "this was begun again elsewhere; load the page again",
        "việc này đã được bắt đầu lại ở nơi khác; hãy tải lại trang";
    account_disabled(): Denied,
        "your account is disabled; ask an administrator",
        "tài khoản của anh/chị đã bị khóa; hãy liên hệ quản trị viên";
    account_name_of_other_person(name): Denied,
        "somebody else has the name {name} here; ask an administrator",
        "tên {name} ở đây đã thuộc về người khác; hãy liên hệ quản trị viên";
    account_name_taken(name): Conflict,
        "there is already somebody with the name {name}",
        "đã có người dùng tên {name}";
    setup_key_invalid(): Denied,
        "this key was used or is too old; start the server again for a new one",
        "khóa này đã dùng hoặc quá hạn; hãy khởi động lại máy chủ để có khóa mới";
    unit_differs_only_in_form(unit, other): Conflict,
        "unit {unit} differs from unit {other} only in case, marks or spaces; write {other}, or choose another code",
        "đơn vị {unit} chỉ khác đơn vị {other} ở chữ hoa, dấu hoặc khoảng trắng; hãy ghi {other} hoặc chọn mã khác";
}
