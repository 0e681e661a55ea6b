//! Content of documents of an invented province. No place, office, person or number is real.

use crate::page::document_content::{Annex, DocumentContent};
use crate::random::SeededRng;

const PROVINCE: &str = "BÌNH SƠN GIANG";
const PLACE: &str = "Bình Sơn Giang";

/// Generates the documents of one dossier, with random names and numbers.
#[derive(Debug)]
pub struct ContentGenerator {
    random: SeededRng,
    year: u16,
}

impl ContentGenerator {
    /// A generator of documents of `year`.
    #[must_use]
    pub fn new(random: SeededRng, year: u16) -> Self {
        Self { random, year }
    }

    fn number_between(&mut self, low: u32, high: u32) -> u32 {
        low + (self.random.next_u64() % u64::from(high - low)) as u32
    }

    /// A full name whose middle and given names mark it as invented.
    pub(crate) fn person_name(&mut self) -> String {
        let pick = |random: &mut SeededRng, names: &[&str]| {
            let index = (random.next_u64() % names.len().max(1) as u64) as usize;
            names.get(index).copied().unwrap_or_default().to_owned()
        };
        let family = pick(&mut self.random, &["Lương", "Đoàn", "Phùng", "Quách", "Nghiêm", "Thái"]);
        let middle = pick(&mut self.random, &["Thị Mẫu", "Văn Mẫu", "Giả", "Đình Giả", "Thị Ví"]);
        let given = pick(&mut self.random, &["Dụ", "Thử", "Nghiệm", "Phỏng", "Tượng"]);
        format!("{family} {middle} {given}")
    }

    fn new_document(
        &mut self,
        kind: &'static str,
        title: &'static str,
        office: (&str, &str),
        notation: &str,
        month: u8,
    ) -> DocumentContent {
        let number = self.number_between(7, 990);
        DocumentContent {
            kind,
            title,
            parent_body: office.0.to_owned(),
            issuer: office.1.to_owned(),
            number: format!("{number:02}/{notation}"),
            place: PLACE.to_owned(),
            date: (self.number_between(1, 28) as u8, month, self.year),
            subject: String::new(),
            acting_official: String::new(),
            addressee: String::new(),
            legal_basis: Vec::new(),
            enacting_formula: "",
            body: Vec::new(),
            recipients: Vec::new(),
            signing_authority: Vec::new(),
            signer: self.person_name(),
            annex: None,
        }
    }

    /// A decision with articles and an annexed table.
    pub fn decision(&mut self) -> DocumentContent {
        let issuer = format!("ỦY BAN NHÂN DÂN TỈNH {PROVINCE}");
        let mut content = self.new_document("02", "QUYẾT ĐỊNH", ("", &issuer), "QĐ-UBND", 5);
        let (year, until) = (self.year, self.year + 3);
        let pages = self.number_between(310, 880);
        content.subject = format!("Về việc phê duyệt Kế hoạch số hóa tài liệu lưu trữ của tỉnh {PLACE} giai đoạn {year} - {until}");
        content.acting_official = format!("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH {PROVINCE}");
        content.legal_basis = vec![
            "Căn cứ Luật Tổ chức chính quyền địa phương;".to_owned(),
            "Căn cứ Luật Lưu trữ và các văn bản hướng dẫn thi hành;".to_owned(),
            format!("Theo đề nghị của Giám đốc Sở Nội vụ tỉnh {PLACE} tại Tờ trình số 45/TTr-SNV ngày 14 tháng 4 năm {year}."),
        ];
        content.enacting_formula = "QUYẾT ĐỊNH:";
        content.body = vec![
            format!("Điều 1. Phê duyệt Kế hoạch số hóa tài liệu lưu trữ của tỉnh {PLACE} giai đoạn {year} - {until} với các nội dung chủ yếu sau:"),
            "a) Mục tiêu: bảo đảm toàn bộ hồ sơ có thời hạn bảo quản vĩnh viễn của các cơ quan thuộc nguồn nộp lưu được quét, lập mục lục và đưa vào khai thác trực tuyến, phục vụ tổ chức và công dân nhanh chóng, thuận tiện, an toàn.".to_owned(),
            format!("b) Khối lượng: khoảng {pages}.000 trang tài liệu khổ A4, chia theo đơn vị tại Phụ lục kèm theo Quyết định này."),
            "c) Yêu cầu: ảnh màu, độ phân giải tối thiểu 200 dpi, tỷ lệ 100%; mỗi hồ sơ phải được kiểm tra đủ số trang, đúng thứ tự trước khi nghiệm thu; nghiêm cấm số hóa tài liệu có nội dung bí mật nhà nước trên máy tính có kết nối mạng.".to_owned(),
            "Điều 2. Giao Sở Nội vụ chủ trì, phối hợp với các sở, ban, ngành và Ủy ban nhân dân các xã, phường tổ chức thực hiện Kế hoạch; hằng quý tổng hợp kết quả, báo cáo Ủy ban nhân dân tỉnh. Sở Tài chính cân đối, bố trí kinh phí theo phân cấp ngân sách hiện hành.".to_owned(),
            "Điều 3. Chánh Văn phòng Ủy ban nhân dân tỉnh, Giám đốc Sở Nội vụ, Giám đốc Sở Tài chính, Thủ trưởng các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành Quyết định này kể từ ngày ký./.".to_owned(),
        ];
        content.recipients =
            ["- Như Điều 3;", "- Thường trực Tỉnh ủy (để báo cáo);", "- Các Phó Chủ tịch;", "- Lưu: VT, NC."].map(str::to_owned).to_vec();
        content.signing_authority = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"].map(str::to_owned).to_vec();
        content.annex = Some(self.volumes_table());
        content
    }

    fn volumes_table(&mut self) -> Annex {
        let offices = [
            ("Văn phòng Ủy ban nhân dân tỉnh", "Lớn"),
            ("Sở Nội vụ", "Vừa"),
            ("Sở Tài chính", "Vừa"),
            ("Sở Nông nghiệp và Môi trường", "Lớn"),
            ("Ban Quản lý Cảng Cửa Mây", "Nhỏ"),
            ("Phường Suối Hạc", "Nhỏ"),
            ("Xã Đồi Trúc", "Nhỏ"),
            ("Xã Vĩnh Lạc Hà", "Nhỏ"),
        ];
        let rows = (1..)
            .zip(offices)
            .map(|(row, (office, size))| {
                let (dossiers, pages) = (self.number_between(120, 990), self.number_between(11, 98));
                vec![
                    format!("{row}"),
                    office.to_owned(),
                    dossiers.to_string(),
                    format!("{pages}.{:03}", self.number_between(100, 999)),
                    size.to_owned(),
                ]
            })
            .collect();
        Annex {
            title: "KHỐI LƯỢNG TÀI LIỆU SỐ HÓA CHIA THEO ĐƠN VỊ".to_owned(),
            columns: vec![("STT", 14.0), ("Cơ quan, đơn vị", 74.0), ("Số hồ sơ", 24.0), ("Số trang", 26.0), ("Ghi chú", 25.0)],
            rows,
        }
    }

    /// A submission from a department to the province.
    pub fn submission(&mut self) -> DocumentContent {
        let parent = format!("ỦY BAN NHÂN DÂN TỈNH {PROVINCE}");
        let mut content = self.new_document("15", "TỜ TRÌNH", (&parent, "SỞ NỘI VỤ"), "TTr-SNV", 4);
        content.subject = "Về việc ban hành Kế hoạch số hóa tài liệu lưu trữ của tỉnh".to_owned();
        content.addressee = format!("Ủy ban nhân dân tỉnh {PLACE}.");
        let share = self.number_between(18, 42);
        content.body = vec![
            format!("Thực hiện Chương trình công tác năm {}, Sở Nội vụ đã khảo sát thực trạng tài liệu tại kho lưu trữ của 26 cơ quan, đơn vị. Kết quả cho thấy tài liệu giấy hình thành trước năm 2005 đang xuống cấp, {share}% số hồ sơ có trang ố vàng, mờ chữ hoặc rách mép.", self.year),
            "Việc tra cứu hiện nay chủ yếu thực hiện thủ công, thời gian phục vụ trung bình là 03 ngày làm việc đối với một yêu cầu. Nhiều hồ sơ đất đai, chính sách có tần suất sử dụng cao nhưng chưa có bản số, gây khó khăn cho người dân ở các xã vùng cao.".to_owned(),
            "Sở Nội vụ kính trình Ủy ban nhân dân tỉnh xem xét, ban hành Kế hoạch số hóa tài liệu lưu trữ, trong đó ưu tiên tài liệu có thời hạn bảo quản vĩnh viễn và tài liệu được khai thác thường xuyên.".to_owned(),
            "(Gửi kèm dự thảo Quyết định và Kế hoạch)./.".to_owned(),
        ];
        content.recipients = ["- Như trên;", "- Sở Tài chính;", "- Lưu: VT, VTLT."].map(str::to_owned).to_vec();
        content.signing_authority = vec!["GIÁM ĐỐC".to_owned()];
        content
    }

    /// An official letter from a ward.
    pub fn letter(&mut self) -> DocumentContent {
        let mut content = self.new_document("22", "", ("ỦY BAN NHÂN DÂN", "PHƯỜNG SUỐI HẠC"), "UBND-VP", 8);
        content.place = "Suối Hạc".to_owned();
        content.subject = "sửa chữa cầu phao bến đò Cửa Mây trước mùa mưa lũ".to_owned();
        content.addressee = "Ban Quản lý Cảng Cửa Mây.".to_owned();
        let metres = self.number_between(24, 60);
        content.body = vec![
            "Ngày 02 tháng 8, Tổ dân phố số 5 phản ánh mặt cầu phao bến đò Cửa Mây bị hư hỏng nặng, nhiều tấm ván mục, lan can phía hạ lưu gãy đổ, tiềm ẩn nguy cơ mất an toàn cho học sinh và người đi chợ.".to_owned(),
            format!("Qua kiểm tra thực tế, Ủy ban nhân dân phường nhận thấy khoảng {metres} m mặt cầu cần thay mới, 08 phao thép phải hàn vá. Để bảo đảm an toàn trước mùa mưa lũ, Ủy ban nhân dân phường đề nghị Ban Quản lý bố trí kinh phí, tổ chức sửa chữa, hoàn thành trước ngày 15 tháng 9."),
            "Trong thời gian chờ sửa chữa, đề nghị đặt biển cảnh báo, cử người trực hướng dẫn tại hai đầu cầu vào giờ cao điểm và tạm dừng cho xe máy lưu thông qua cầu.".to_owned(),
            "Rất mong nhận được sự quan tâm, phối hợp của quý cơ quan./.".to_owned(),
        ];
        content.recipients = ["- Như trên;", "- Chủ tịch UBND phường;", "- Công an phường;", "- Lưu: VT."].map(str::to_owned).to_vec();
        content.signing_authority = ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"].map(str::to_owned).to_vec();
        content
    }

    /// A report of two pages.
    pub fn report(&mut self) -> DocumentContent {
        let mut content = self.new_document("14", "BÁO CÁO", ("SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG", "BAN QUẢN LÝ CẢNG CỬA MÂY"), "BC-BQL", 9);
        content.place = "Cửa Mây".to_owned();
        let (trips, people, waste) = (self.number_between(310, 960), self.number_between(12, 48), self.number_between(70, 190));
        content.subject = format!("Kết quả bảo đảm an toàn bến thuyền và vệ sinh môi trường quý III năm {}", self.year);
        content.body = vec![
            "Thực hiện chỉ đạo của Sở Nông nghiệp và Môi trường, Ban Quản lý Cảng Cửa Mây báo cáo kết quả thực hiện nhiệm vụ trong quý III như sau:".to_owned(),
            "1. Công tác quản lý bến thuyền".to_owned(),
            format!("Trong quý, cảng đón {trips} lượt thuyền, vận chuyển {people}.400 lượt khách. Ban đã kiểm tra 100% phương tiện trước khi rời bến, lập biên bản nhắc nhở 17 chủ thuyền chưa trang bị đủ áo phao, từ chối xuất bến 04 phương tiện hết hạn đăng kiểm."),
            "Cầu phao bến đò được thay 36 m mặt ván, hàn vá 08 phao thép, sơn lại toàn bộ lan can. Công trình hoàn thành ngày 12 tháng 9, sớm hơn kế hoạch 03 ngày, không để xảy ra tai nạn lao động.".to_owned(),
            "2. Công tác vệ sinh môi trường".to_owned(),
            format!("Đội vệ sinh thu gom {waste} tấn rác thải trên mặt nước và dọc bờ kè; phối hợp với Đoàn Thanh niên phường Suối Hạc tổ chức 03 đợt ra quân, thu hút hơn 250 lượt người tham gia. Nước thải khu chợ đầu mối đã được đấu nối về trạm xử lý, chất lượng nước tại hai điểm quan trắc đạt yêu cầu."),
            "3. Khó khăn, vướng mắc".to_owned(),
            "Kho hồ sơ của Ban đặt tại tầng trệt, độ ẩm cao; một số tập biên bản kiểm tra phương tiện từ những năm trước bị mốc, dính trang. Biên chế văn thư, lưu trữ chỉ có 01 người kiêm nhiệm nên việc lập hồ sơ còn chậm.".to_owned(),
            "4. Nhiệm vụ trọng tâm quý IV".to_owned(),
            "Tiếp tục kiểm tra đột xuất phương tiện vào ban đêm; hoàn thành việc lắp 12 đèn chiếu sáng tại khu neo đậu; sắp xếp, chỉnh lý và bàn giao hồ sơ để số hóa theo kế hoạch của tỉnh; tập huấn cứu hộ cho toàn bộ nhân viên bến.".to_owned(),
            "Trên đây là báo cáo kết quả quý III, Ban Quản lý Cảng Cửa Mây kính báo cáo Sở xem xét, chỉ đạo./.".to_owned(),
        ];
        content.recipients = ["- Sở NN&MT (báo cáo);", "- UBND phường Suối Hạc;", "- Lưu: VT, KT."].map(str::to_owned).to_vec();
        content.signing_authority = vec!["TRƯỞNG BAN".to_owned()];
        content
    }

    /// An invitation.
    pub fn invitation(&mut self) -> DocumentContent {
        let parent = format!("ỦY BAN NHÂN DÂN TỈNH {PROVINCE}");
        let mut content = self.new_document("26", "GIẤY MỜI", (&parent, "VĂN PHÒNG"), "GM-VP", 10);
        content.subject = "Dự họp rà soát tiến độ số hóa tài liệu lưu trữ".to_owned();
        let day = self.number_between(11, 27);
        content.addressee = "Lãnh đạo các sở, ban, ngành.".to_owned();
        content.body = vec![
            "Thực hiện ý kiến chỉ đạo của Chủ tịch Ủy ban nhân dân tỉnh, Văn phòng trân trọng kính mời đại diện lãnh đạo các đơn vị dự cuộc họp:".to_owned(),
            "- Nội dung: rà soát tiến độ số hóa tài liệu lưu trữ, thống nhất giải pháp xử lý hồ sơ bị mốc, rách.".to_owned(),
            format!("- Thời gian: 08 giờ 00, ngày {day} tháng 10 năm {}.", self.year),
            "- Địa điểm: Phòng họp số 2, trụ sở Ủy ban nhân dân tỉnh, số 1 đường Hoa Ban, phường Suối Hạc.".to_owned(),
            "Đề nghị các đơn vị chuẩn bị số liệu, gửi về Văn phòng trước cuộc họp 02 ngày./.".to_owned(),
        ];
        content.recipients = ["- Như trên;", "- Lưu: VT, HCTC."].map(str::to_owned).to_vec();
        content.signing_authority = ["TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"].map(str::to_owned).to_vec();
        content
    }

    /// Minutes of a hand-over.
    pub fn minutes(&mut self) -> DocumentContent {
        let mut content = self.new_document("20", "BIÊN BẢN", ("SỞ NỘI VỤ", "TRUNG TÂM LƯU TRỮ LỊCH SỬ"), "BB-TTLTLS", 11);
        content.subject = "Bàn giao tài liệu của phông Ban Quản lý Cảng Cửa Mây".to_owned();
        let (boxes, dossiers) = (self.number_between(14, 60), self.number_between(220, 860));
        let (giver, taker) = (self.person_name(), self.person_name());
        content.body = vec![
            format!("Hôm nay, tại kho lưu trữ số 3, Trung tâm Lưu trữ lịch sử tỉnh {PLACE}, chúng tôi gồm có:"),
            format!("1. Bên giao: ông (bà) {giver}, Phó Trưởng ban, đại diện Ban Quản lý Cảng Cửa Mây;"),
            format!("2. Bên nhận: ông (bà) {taker}, lưu trữ viên, đại diện Trung tâm Lưu trữ lịch sử."),
            format!("Hai bên đã tiến hành kiểm đếm, bàn giao {boxes} hộp tài liệu gồm {dossiers} hồ sơ, tương đương 5,4 mét giá, hình thành trong thời gian từ năm 1987 đến năm 2003."),
            "Tình trạng vật lý: phần lớn tài liệu ở mức bình thường; 31 hồ sơ có trang ố vàng, 06 hồ sơ mờ chữ do in bằng giấy than. Hộp số 09 thiếu 02 hồ sơ so với mục lục, bên giao có trách nhiệm bổ sung trong thời hạn 30 ngày.".to_owned(),
            "Kèm theo tài liệu có 02 quyển mục lục hồ sơ bản giấy và 01 đĩa ghi mục lục điện tử. Hai bên thống nhất bảo quản nguyên trạng cho đến khi hoàn thành việc số hóa.".to_owned(),
            "Biên bản được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản và đã được đọc cho mọi người cùng nghe, nhất trí ký tên./.".to_owned(),
        ];
        content.recipients = ["- Sở Nội vụ;", "- Bên giao;", "- Lưu: VT."].map(str::to_owned).to_vec();
        content.signing_authority = ["ĐẠI DIỆN BÊN NHẬN", "GIÁM ĐỐC"].map(str::to_owned).to_vec();
        content
    }

    /// A notice of a meeting's conclusions.
    pub fn notice(&mut self) -> DocumentContent {
        let mut content = self.new_document("07", "THÔNG BÁO", ("ỦY BAN NHÂN DÂN", "XÃ ĐỒI TRÚC"), "TB-UBND", 2);
        content.place = "Đồi Trúc".to_owned();
        content.subject = "Lịch tiếp công dân và niêm yết thủ tục hành chính".to_owned();
        let phone = self.number_between(100, 999);
        content.body = vec![
            "Để tạo thuận lợi cho tổ chức, công dân khi đến giao dịch, Ủy ban nhân dân xã Đồi Trúc thông báo như sau:".to_owned(),
            "1. Tiếp công dân định kỳ vào sáng thứ Năm hằng tuần tại Phòng tiếp công dân, tầng 1, trụ sở Ủy ban nhân dân xã. Chủ tịch Ủy ban nhân dân xã trực tiếp tiếp công dân vào thứ Năm tuần thứ nhất và tuần thứ ba của tháng.".to_owned(),
            "2. Bộ phận Tiếp nhận và Trả kết quả niêm yết công khai 186 thủ tục hành chính; hồ sơ được số hóa ngay khi tiếp nhận, người dân không phải nộp lại giấy tờ đã có bản số.".to_owned(),
            format!("3. Phản ánh, kiến nghị xin gọi số điện thoại 0000 {phone} 000 trong giờ hành chính."),
            "Thông báo này được phát trên hệ thống truyền thanh của xã trong 05 ngày liên tục./.".to_owned(),
        ];
        content.recipients = ["- Đảng ủy, HĐND xã;", "- Các thôn;", "- Đài truyền thanh xã;", "- Lưu: VT."].map(str::to_owned).to_vec();
        content.signing_authority = ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"].map(str::to_owned).to_vec();
        content
    }
}
