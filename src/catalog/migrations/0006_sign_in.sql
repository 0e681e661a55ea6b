-- Where an account comes from: `local`, or `oidc` with the issuer and its name for the person.
ALTER TABLE users ADD COLUMN origin TEXT NOT NULL DEFAULT 'local';
ALTER TABLE users ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX users_by_subject ON users (subject);
-- Secret of an authenticator app, sealed; the one not confirmed yet; the last step of time whose code was used.
ALTER TABLE users ADD COLUMN totp TEXT;
ALTER TABLE users ADD COLUMN totp_wanted TEXT;
ALTER TABLE users ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;
-- Codes for who has lost the app, by their SHA-256; a used one is gone.
CREATE TABLE recovery_codes (
    user_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (user_name, sha256)
);
-- Sign-ins that wait for a provider's answer, by the SHA-256 of the browser's key. Each is answered once.
CREATE TABLE sign_in_flows (
    sha256 TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    goes_to TEXT NOT NULL,
    expires BIGINT NOT NULL
);
