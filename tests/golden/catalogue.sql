PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    success BOOLEAN NOT NULL,
    checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL
);
INSERT INTO _sqlx_migrations VALUES(1,'catalogue','2026-11-30 20:49:07',1,X'f64f6f89b85e26c5808426069b43b49575e88e6d02df917b1f04034f26a5c4e63cd2eadf5d3841e106bb8c62459c9c24',1505973);
INSERT INTO _sqlx_migrations VALUES(2,'decisions','2026-11-30 20:49:07',1,X'95439af9ba7b01768e1b1dd77166d4caea5fcdcb47932df982745ff5f33fa6bf17e8c5751bc1d16639c35637ab7772a4',653049);
INSERT INTO _sqlx_migrations VALUES(3,'review','2026-11-30 20:49:07',1,X'caaa2b95c44b5102a8c80bd0b263025a57e033d112147583d352af6022653c0ee47842c35842cfcb906df554e71c920f',1573344);
INSERT INTO _sqlx_migrations VALUES(4,'accounts','2026-11-30 20:49:07',1,X'f7b4d27b01923bca8b5a120e4a27d7b8f3926e57565a34bfe090f424cf489402e64bea7f722c0e95fd766cfa3bfd4fb1',329299);
INSERT INTO _sqlx_migrations VALUES(5,'uploads','2026-11-30 20:49:07',1,X'4b78247214c7169529f2d4943dc81a6eb2307b13977185339d51f81a2b524bbe29ccc44bc0111eabe30dd566c0e19126',1807461);
INSERT INTO _sqlx_migrations VALUES(6,'sign in','2026-11-30 20:49:07',1,X'd23ebb3dab513f87d59fb4b9963a41873f43689e26f35e08bcd23a1a117805eacf3d5d1689a903327c7b48bb65908de4',2615319);
INSERT INTO _sqlx_migrations VALUES(7,'searches','2026-11-30 20:49:07',1,X'9483b511327191b1bbbe44646594c267e29c47febc15cac42abf848e98bfd49dc8eb12ab5071440bf0d2d2370fcf074d',203763);
INSERT INTO _sqlx_migrations VALUES(8,'watching','2026-11-30 20:49:07',1,X'a43d27b126f58c5a0a15137b2d61041bbd3d0af4181403a9b5092a4cdec6e82f0ef72e5341b6f94e5e9a03568399ebfe',332323);
INSERT INTO _sqlx_migrations VALUES(9,'roadmap','2026-11-30 20:49:07',1,X'4a4f3cdf77781dc06adf7bdb2dd55a3750a1c05bac9d83d7d3ea09e88b12b2f246bc2380c7fddbbf14c37c3cfc490a21',3334956);
INSERT INTO _sqlx_migrations VALUES(10,'lines told','2026-11-30 20:49:07',1,X'595b97a0c6c0311e3d9773b49daab4a419869b80f71e86e6d1e5dd41f7067f59b24dc2454dc289e197eb46ee7e3b9f1c',1094854);
INSERT INTO _sqlx_migrations VALUES(11,'cases','2026-11-30 20:49:07',1,X'c0474419fd335985f7e5588226a860e4e9ca494a8809118881aa937ea4e9079b54efef4b8baea51d7a6e6c9ffc8b797b',354255);
INSERT INTO _sqlx_migrations VALUES(12,'queue','2026-11-30 20:49:07',1,X'ae8794448bdfe6999ca80f41065c59206c174d0e68f3e19e690bf431a8c0d2f6e890758c210a6d2249292ad506aa021c',989637);
INSERT INTO _sqlx_migrations VALUES(13,'work versions','2026-11-30 20:49:07',1,X'90cfcdc9b37bba702d789f67b318245532726afd8e5d2dbf4fcb049d58082d42081078ffec6220112000f32b9f5db2c2',564327);
CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    unit TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,                       -- receiving, running, finished
    control TEXT NOT NULL,                     -- run, paused
    priority BIGINT NOT NULL DEFAULT 0,
    open_dossiers BIGINT NOT NULL DEFAULT 0,   -- dossiers it touched that have an open task
    created BIGINT NOT NULL,
    ended BIGINT
, line TEXT, attached TEXT);
INSERT INTO batches VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','142d1400d5166b8a2c99d9eaca7b43a43843baf4511ecbf89f8c22dad58aae79','local',replace('# How administrative dossiers are digitised: the default.\n# Stages run from top to bottom; neighbours of one level (file, page, document, dossier) run as one task.\n# Every option that a stage knows is written here with its default.\nname = "administrative"\n\n[[stage]]            # per file: kind by content, pages, archives opened, bad files refused\nname = "intake"\n\n[[stage]]            # per page: upright, straight, seal lifted, background evened\nname = "prepare"\n\n[[stage]]            # per page: words with place and confidence\nname = "read"\ndoubt_below = 60             # words less sure than this (of 100) are read a second time; 0: none\ndoubt_implausible_below = 93 # the same for words that Vietnamese hardly holds here\nreread_px = 2000             # most that is read again on one page, px across at a line height of 36 px\n\n[[stage]]            # per dossier: where does one document end and the next begin?\nname = "separate"\n\n[[stage]]            # per document: its kind\nname = "classify"\n\n[[stage]]            # per document: number, date, issuer, subject\nname = "describe"\n\n[[stage]]            # per document: must a person look at it?\nname = "review"\nmin_kind = 70            # surer of the kind than this (of 100): nobody need look\nmin_fields = 60          # the same for number, notation, date, issuer and subject\nmin_page_confidence = 60 # the same for the words of a page, on average\nsample_permille = 20     # of a thousand documents that nobody need look at, so many are looked at all the same\n\n[[stage]]            # per document: searchable PDF/A, text, ALTO\nname = "package"\nprofile = "a1b"      # or "a2u"\n\n[[stage]]            # per dossier: a new version of its OCFL object\nname = "deposit"\n\n[[stage]]            # per dossier: findable\nname = "index"\n','\n',char(10)),'{"name":"administrative","groups":[{"level":"file","steps":[{"stage":"intake","options":{}}]},{"level":"page","steps":[{"stage":"prepare","options":{}},{"stage":"read","options":{"doubt_below":60,"doubt_implausible_below":93,"reread_px":2000}}]},{"level":"dossier","steps":[{"stage":"separate","options":{}}]},{"level":"document","steps":[{"stage":"classify","options":{}},{"stage":"describe","options":{}},{"stage":"review","options":{"min_fields":60,"min_kind":70,"min_page_confidence":60,"sample_permille":20}},{"stage":"package","options":{"profile":"a1b"}}]},{"level":"dossier","steps":[{"stage":"deposit","options":{}},{"stage":"index","options":{}}]}]}','finished','run',0,0,1796071747583,1796071763315,NULL,NULL);
CREATE TABLE dossiers (
    id TEXT NOT NULL PRIMARY KEY,
    fonds TEXT NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    record_sha512 TEXT NOT NULL DEFAULT '',
    driver TEXT NOT NULL,                      -- the batch whose plan gives the dossier-level tasks
    last_group BIGINT NOT NULL DEFAULT -1,     -- the last dossier-level group of this round; -1: none yet
    open_tasks BIGINT NOT NULL DEFAULT 0
, list_findings TEXT NOT NULL DEFAULT '[]', counted TEXT NOT NULL DEFAULT '{}');
INSERT INTO dossiers VALUES('01a22e37-f00a-7021-af26-005c84cf2ea6','local','samples/001-ke-hoach-so-hoa','001-ke-hoach-so-hoa',1,'2ea28f48b5fa26af3d247884f253e978a3926bb668c7f3127109fc6164d20764cdb59dbd69a08361d17c312f7c38b084d1103f7c0db4aca680f6e052be6739d6','01a22e37-efff-72c9-a1ae-77b4fbdc4c90',4,0,'[]','{"01a22e37-efff-72c9-a1ae-77b4fbdc4c90":{"pages":5,"documents":2,"dossiers":1}}');
INSERT INTO dossiers VALUES('01a22e37-f027-72c3-9f18-3a468a3a4530','local','samples/002-cau-phao-cua-may','002-cau-phao-cua-may',1,'6fcdf5bd3952d9cb3e0be838d2f7d470fa05677ae98ff379567352570463dc0139173d329fca6d08c6ec2b1c51c8b49c726dc74772d2c9f23d6454e896ccb729','01a22e37-efff-72c9-a1ae-77b4fbdc4c90',4,0,'[]','{"01a22e37-efff-72c9-a1ae-77b4fbdc4c90":{"pages":1,"documents":1,"dossiers":0}}');
INSERT INTO dossiers VALUES('01a22e37-f033-7537-81c9-460b43b4d10c','local','samples/003-ban-giao-tai-lieu','003-ban-giao-tai-lieu',1,'dcfd9ccf756f952c81a2723e1eb4d3c728d17d05606c19439eef7f07c7464e4f7502f5c62738465e4c482d5b5ef9944ba25a3f87c147f41090a4b4125153b6a0','01a22e37-efff-72c9-a1ae-77b4fbdc4c90',4,0,'[]','{"01a22e37-efff-72c9-a1ae-77b4fbdc4c90":{"pages":1,"documents":1,"dossiers":0}}');
INSERT INTO dossiers VALUES('01a22e37-f037-753a-a332-4925b794d646','local','samples/004-tiep-cong-dan','004-tiep-cong-dan',1,'ad7bd9f0fbde69052fd987ae96aeaef49907cafe7b190fad85ed32f46ee49c9e8eee5314b9c915950bfb85c4876d28fbed1824937d557cdd3adb52068ffdfb0b','01a22e37-efff-72c9-a1ae-77b4fbdc4c90',4,0,'[]','{"01a22e37-efff-72c9-a1ae-77b4fbdc4c90":{"pages":5,"documents":3,"dossiers":1}}');
CREATE TABLE deliveries (
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    PRIMARY KEY (batch, dossier)
);
INSERT INTO deliveries VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6');
INSERT INTO deliveries VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530');
INSERT INTO deliveries VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c');
INSERT INTO deliveries VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646');
CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    path TEXT NOT NULL,                        -- JSON of the delivered name
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    container TEXT,                            -- JSON
    state TEXT NOT NULL,
    media_type TEXT NOT NULL DEFAULT '',
    duplicate_of TEXT,                         -- also of a refused file whose bytes were refused before
    class TEXT,
    reason TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',
    signatures TEXT NOT NULL DEFAULT '[]'
, replaces TEXT);
INSERT INTO files VALUES('01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','{"shown":"samples/001-ke-hoach-so-hoa/hồ sơ 001.pdf"}','8e5779c8d9ad8c07ebeb6bf8837f507432d3cf637c6b4994fe361a877164b97e',877930,NULL,'identified','application/pdf',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6d53244e20b','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 1.jpg"}','8d217311e63e43ca6916672baea847dd6eb2450ef7f81ae19932dd78caed0e11',219953,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6d6ed0ccb3e','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 2.jpg"}','7af4f2dd00f8b0ce4ff33f25ed78a11ffa2428412c98c948e27efc3d227d5d08',159821,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6d79b791a50','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 3.jpg"}','3f37ff9fd73a98fb4b62731f1a391aaa27cf1237384799b74fde292dd5fec897',163718,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6d85ff88877','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 4.jpg"}','bef833da4e9e12b938a6526e6465e1d937032181a0a0d252d84a7d5b8975dca5',257919,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6d94515a0ac','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 5.jpg"}','964b01144567fbb8128d5fbcd0cde448c84cd78b9fe1fd21b7ef50b102e7ecd5',156751,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f028-7236-8309-b6daa42855ec','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','{"shown":"samples/002-cau-phao-cua-may/trang 6.jpg"}','a965c0e42cc99286459617b9dec4df8d6132b1e680a8b6a24932183955174a83',205096,NULL,'identified','image/jpeg',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f033-7537-81c9-460c57380617','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','{"shown":"samples/003-ban-giao-tai-lieu/BB_bangiao.tif"}','49627cd9142398583bd157cce841d33147c467216be5ca7886020d561d87cfc3',49460,NULL,'identified','image/tiff',NULL,NULL,NULL,'[]','[]',NULL);
INSERT INTO files VALUES('01a22e37-f037-753a-a332-4926782d551f','01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','{"shown":"samples/004-tiep-cong-dan/scan0001.pdf"}','9e26e3a640828785686d5b1fc0b56e3775af98edfe93f795dd01a0be7b8fb204',600458,NULL,'identified','application/pdf',NULL,NULL,NULL,'[]','[]',NULL);
CREATE TABLE pages (
    id TEXT NOT NULL PRIMARY KEY,
    file TEXT NOT NULL,
    dossier TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    reading TEXT,
    quality TEXT NOT NULL DEFAULT '{}',
    blank BIGINT NOT NULL DEFAULT 0,
    class TEXT,
    reason TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',
    document TEXT,
    place BIGINT                               -- place in the document, from 1
, released TEXT, turn BIGINT);
INSERT INTO pages VALUES('01a22e37-f218-722f-bb5e-3e89e8c73182','01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-f00a-7021-af26-005c84cf2ea6',1,'stored','a8d2105a5ff3fc840ea01360645f140fa8547e32336ff4b97fc46308cd882c80','{"ink_permille":36,"contrast":187,"sharpness":32,"confidence":96,"scan":{"dpi":200,"skew_centidegrees":-9,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":2}}',0,NULL,NULL,'[]','01a22e38-01de-76e3-9390-ebf2ca1041a9',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f218-722f-bb5e-3e8a251d72e3','01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-f00a-7021-af26-005c84cf2ea6',2,'stored','f333bf8898ed80da86fb25aa5626da632aa6a2e2bbeab81e7ca77d007a0b9021','{"ink_permille":0,"contrast":10,"sharpness":100,"confidence":29,"scan":{"dpi":200,"skew_centidegrees":0,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":0}}',1,NULL,NULL,'[]','01a22e38-01de-76e3-9390-ebf2ca1041a9',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f218-722f-bb5e-3e8beb62603b','01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-f00a-7021-af26-005c84cf2ea6',3,'stored','2f64757cee408ad81f70d7bb027bbbba12255d9d0a30a7e990fc05e2ac6fa2b7','{"ink_permille":53,"contrast":194,"sharpness":31,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":54,"noise":2,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":5}}',0,NULL,NULL,'[]','01a22e38-01de-76e3-9390-ebf34e25387a',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f218-722f-bb5e-3e8c3a4a6383','01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-f00a-7021-af26-005c84cf2ea6',4,'stored','440215aa522f0a176b97917d6cf8eca8401a09c30a93d333e03be96045b41637','{"ink_permille":7,"contrast":125,"sharpness":29,"confidence":94,"scan":{"dpi":200,"skew_centidegrees":-63,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":23}}',0,NULL,NULL,'[]','01a22e38-01de-76e3-9390-ebf34e25387a',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f218-722f-bb5e-3e8d0531a823','01a22e37-f00a-7021-af26-005d3c30aa41','01a22e37-f00a-7021-af26-005c84cf2ea6',5,'stored','e5520a163ac339cc473b989a0bbfe18abb30f38e290ce0683607bfa643fb23ea','{"ink_permille":11,"contrast":156,"sharpness":35,"confidence":94,"scan":{"dpi":200,"skew_centidegrees":-26,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":4}}',0,NULL,NULL,'[]','01a22e38-01de-76e3-9390-ebf34e25387a',3,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f21a-749c-81d5-0a386c627118','01a22e37-f028-7236-8309-b6d6ed0ccb3e','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'review','f636daa9b1b53482929b943628da4344607d5f418e66e2f52c0751bee65056fb','{"ink_permille":34,"contrast":196,"sharpness":43,"confidence":12,"scan":{"dpi":200,"skew_centidegrees":-260,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":1000}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-0353e81672be',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f221-77e4-968b-bd60be64dce0','01a22e37-f028-7236-8309-b6d79b791a50','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'review','6e40753e44b725d3fb2d79e877bef1360b546c75e832dd6b4348f0c63a531b08','{"ink_permille":109,"contrast":204,"sharpness":31,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-20,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":2}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-035442b7a8ec',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e37-f22c-72ad-b008-e82e81f97228','01a22e37-f028-7236-8309-b6d53244e20b','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'review','89858503b8bcbb02861f8fef6a382ed4b37c28d56c46e97a9d99223b3ef36fb8','{"ink_permille":44,"contrast":200,"sharpness":29,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-30,"noise":1,"bleed_permille":1,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":4}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-0353e81672be',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-0d67-72a7-be75-89c114f8ae21','01a22e37-f028-7236-8309-b6d85ff88877','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'review','f5b1658e01faad8bc9d0e11783e94690b42051e35549b524e7da1942c034e92e','{"ink_permille":63,"contrast":197,"sharpness":30,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":107,"noise":2,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":4}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-035442b7a8ec',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-0d9c-73ac-a352-79cc4a91d4c9','01a22e37-f028-7236-8309-b6d94515a0ac','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'review','301b2c7bf78a379567ae5f7ead81dcbe3ab6ef8e9b9ea9c8e579ac32ef5d8e8d','{"ink_permille":26,"contrast":202,"sharpness":28,"confidence":92,"scan":{"dpi":200,"skew_centidegrees":-40,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":70}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-035442b7a8ec',3,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-150e-76e4-8bc1-9cd556044d0a','01a22e37-f028-7236-8309-b6daa42855ec','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'stored','ade7c464ac943c5537e9d81300520b5251a419b3699ce947e53775fb1033d264','{"ink_permille":44,"contrast":199,"sharpness":30,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-120,"noise":1,"bleed_permille":1,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":3}}',0,NULL,NULL,'[]','01a22e38-1d6f-72eb-b5a3-035587e00ad6',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1513-7560-81d3-f6b70e123055','01a22e37-f033-7537-81c9-460c57380617','01a22e37-f033-7537-81c9-460b43b4d10c',1,'review','619ca12f53f3fb885221d3f4242f824069c07fd0dca3fd2aa46265af7869386b','{"ink_permille":56,"contrast":255,"sharpness":100,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-123,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":4}}',0,NULL,NULL,'[]','01a22e38-2367-762d-a946-bacf33743366',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1513-7560-81d3-f6b84921e3b3','01a22e37-f033-7537-81c9-460c57380617','01a22e37-f033-7537-81c9-460b43b4d10c',2,'review','1414b2b2f4b5418bfbc41b44d4a7865dd59347a4d776f80bbabb2a900ef906a3','{"ink_permille":12,"contrast":255,"sharpness":100,"confidence":0,"scan":{"dpi":200,"skew_centidegrees":0,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":0}}',0,NULL,NULL,'[]','01a22e38-2367-762d-a946-bacf33743366',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1513-7560-81d3-f6b91eff7110','01a22e37-f033-7537-81c9-460c57380617','01a22e37-f033-7537-81c9-460b43b4d10c',3,'stored','ef0c923d8b450cd7f1338165181c1a06d82827fce46d4d96786e3dee03aa4b0f','{"ink_permille":47,"contrast":255,"sharpness":100,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-120,"noise":0,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":3}}',0,NULL,NULL,'[]','01a22e38-2367-762d-a946-bad0cb71bbe4',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1e7d-716d-91c0-939fc01e3d49','01a22e37-f037-753a-a332-4926782d551f','01a22e37-f037-753a-a332-4925b794d646',1,'stored','a356c7aad26efb55426383e661da9df2600b8eb80d3a9c84e9c35c4292930fef','{"ink_permille":30,"contrast":156,"sharpness":31,"confidence":94,"scan":{"dpi":200,"skew_centidegrees":30,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":22}}',0,NULL,NULL,'[]','01a22e38-2d05-7213-842c-bb4e5a0edb61',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1e7d-716d-91c0-93a020134612','01a22e37-f037-753a-a332-4926782d551f','01a22e37-f037-753a-a332-4925b794d646',2,'stored','68e7cea0cba6e8b689d009ed669f1d6e7b39475541a5cb4bec1761084240f6b2','{"ink_permille":89,"contrast":189,"sharpness":28,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-74,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":2}}',0,NULL,NULL,'[]','01a22e38-2d05-7213-842c-bb4f231a7651',1,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1e7d-716d-91c0-93a1a04e2437','01a22e37-f037-753a-a332-4926782d551f','01a22e37-f037-753a-a332-4925b794d646',3,'stored','0466e9e1bb69bdef699ca115603a47531a8978bab55a2b0187d1059a0881fd42','{"ink_permille":29,"contrast":150,"sharpness":30,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":-100,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":4}}',0,NULL,NULL,'[]','01a22e38-2d05-7213-842c-bb4f231a7651',2,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1e7d-716d-91c0-93a232f95b11','01a22e37-f037-753a-a332-4926782d551f','01a22e37-f037-753a-a332-4925b794d646',4,'stored','f26b341f9d1bcf4018091646aaf8581bf954881c8b26d0d8af32c636ef2239be','{"ink_permille":0,"contrast":20,"sharpness":8,"confidence":0,"scan":{"dpi":200,"skew_centidegrees":0,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":0}}',1,NULL,NULL,'[]','01a22e38-2d05-7213-842c-bb4f231a7651',3,NULL,NULL);
INSERT INTO pages VALUES('01a22e38-1e7d-716d-91c0-93a3cd1e8e00','01a22e37-f037-753a-a332-4926782d551f','01a22e37-f037-753a-a332-4925b794d646',5,'stored','76b21bb43c6e7790de0a4ce1069d15604ad90f27cc5ed8f78e6004626d8707d7','{"ink_permille":24,"contrast":152,"sharpness":30,"confidence":95,"scan":{"dpi":200,"skew_centidegrees":77,"noise":1,"bleed_permille":0,"cut":{"left":false,"top":false,"right":false,"bottom":false},"expected_error_permille":9}}',0,NULL,NULL,'[]','01a22e38-2d05-7213-842c-bb50e4b0a436',1,NULL,NULL);
CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    dossier TEXT NOT NULL,
    number BIGINT NOT NULL,
    description TEXT,
    review TEXT NOT NULL DEFAULT '[]',
    stored BIGINT NOT NULL DEFAULT 0,
    stale BIGINT NOT NULL DEFAULT 0            -- a page of it is read again: it gets its tasks once more
, decisions TEXT NOT NULL DEFAULT '[]', listed TEXT, lot TEXT, queue TEXT NOT NULL DEFAULT '');
INSERT INTO documents VALUES('01a22e38-01de-76e3-9390-ebf2ca1041a9','01a22e37-f00a-7021-af26-005c84cf2ea6',1,'{"kind":"15","kind_name":"tờ trình","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"TTr-SNV","confidence":91,"page":1,"bounds":{"x0":328,"y0":289,"x1":588,"y1":317}},"codeNumber":{"value":"549","confidence":91,"page":1,"bounds":{"x0":328,"y0":289,"x1":588,"y1":317}},"issuedDate":{"value":"2019-04-12","confidence":96,"page":1,"bounds":{"x0":818,"y0":254,"x1":1453,"y1":289}},"language":{"value":"01","confidence":98,"page":null,"bounds":null},"organName":{"value":"Sở Nội vụ tỉnh Bình Sơn Giang","confidence":91,"page":1,"bounds":{"x0":215,"y0":136,"x1":701,"y1":254}},"place":{"value":"Bình Sơn Giang","confidence":77,"page":1,"bounds":{"x0":818,"y0":254,"x1":1453,"y1":289}},"position":{"value":"GIÁM ĐỐC","confidence":88,"page":1,"bounds":{"x0":1063,"y0":1301,"x1":1267,"y1":1337}},"recipients":{"value":"Ủy ban nhân dân tỉnh Bình Sơn Giang","confidence":86,"page":1,"bounds":{"x0":503,"y0":517,"x1":1264,"y1":560}},"signer":{"value":"Quách Thị Mẫu Tượng","confidence":93,"page":1,"bounds":{"x0":972,"y0":1564,"x1":1358,"y1":1603}},"subject":{"value":"Về việc ban hành Kế hoạch số hóa tài liệu lưu trữ của tỉnh","confidence":93,"page":1,"bounds":{"x0":402,"y0":431,"x1":1363,"y1":468}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-01de-76e3-9390-ebf34e25387a','01a22e37-f00a-7021-af26-005c84cf2ea6',2,'{"kind":"02","kind_name":"quyết định","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"QĐ-UBND","confidence":74,"page":1,"bounds":{"x0":324,"y0":244,"x1":609,"y1":280}},"codeNumber":{"value":"791","confidence":74,"page":1,"bounds":{"x0":324,"y0":244,"x1":609,"y1":280}},"grounds":{"value":"Căn cứ Luật Tổ chức chính quyền địa phương; Căn cứ Luật Lưu trữ và các văn bản hướng dẫn thi hành","confidence":76,"page":1,"bounds":{"x0":337,"y0":615,"x1":1230,"y1":722}},"issuedDate":{"value":"2019-05-13","confidence":97,"page":1,"bounds":{"x0":825,"y0":254,"x1":1461,"y1":292}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Ủy ban nhân dân tỉnh Bình Sơn Giang","confidence":91,"page":1,"bounds":{"x0":217,"y0":131,"x1":715,"y1":205}},"place":{"value":"Bình Sơn Giang","confidence":77,"page":1,"bounds":{"x0":825,"y0":254,"x1":1461,"y1":292}},"position":{"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH","confidence":91,"page":2,"bounds":{"x0":931,"y0":244,"x1":1378,"y1":378}},"signer":{"value":"Nghiêm Văn Mẫu Nghiệm","confidence":93,"page":2,"bounds":{"x0":944,"y0":599,"x1":1376,"y1":641}},"subject":{"value":"Về việc phê duyệt Kế hoạch số hóa tài liệu lưu trữ của tỉnh Bình Sơn Giang giai đoạn 2019 - 2022","confidence":88,"page":1,"bounds":{"x0":360,"y0":393,"x1":1418,"y1":485}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-1d6f-72eb-b5a3-0353e81672be','01a22e37-f027-72c3-9f18-3a468a3a4530',1,'{"kind":"22","kind_name":"công văn","normative":false,"kind_confidence":95,"fields":{"codeNotation":{"value":"UBND-VP","confidence":93,"page":1,"bounds":{"x0":313,"y0":252,"x1":593,"y1":280}},"codeNumber":{"value":"863","confidence":96,"page":1,"bounds":{"x0":313,"y0":252,"x1":593,"y1":280}},"issuedDate":{"value":"2017-08-26","confidence":96,"page":1,"bounds":{"x0":861,"y0":252,"x1":1401,"y1":287}},"language":{"value":"01","confidence":89,"page":null,"bounds":null},"organName":{"value":"Ủy ban nhân dân phường Suối Hạc","confidence":91,"page":1,"bounds":{"x0":293,"y0":137,"x1":610,"y1":214}},"place":{"value":"Suối Hạc","confidence":77,"page":1,"bounds":{"x0":861,"y0":252,"x1":1401,"y1":287}},"position":{"value":"TM. ỦY BAN NHÂN DÂN CHỦ TỊCH","confidence":90,"page":1,"bounds":{"x0":941,"y0":1207,"x1":1389,"y1":1295}},"recipients":{"value":"Ban Quản lý Cảng Cửa Mây","confidence":86,"page":1,"bounds":{"x0":574,"y0":483,"x1":1183,"y1":521}},"signer":{"value":"Nghiêm Văn Mẫu Tượng","confidence":93,"page":1,"bounds":{"x0":959,"y0":1516,"x1":1376,"y1":1556}},"subject":{"value":"sửa chữa cầu phao bến đò Cửa Mây trước mùa mưa lũ","confidence":56,"page":1,"bounds":{"x0":220,"y0":268,"x1":685,"y1":368}}}}','["subject-unsure","page-confidence-low","page-rescan"]',1,0,'[]',NULL,NULL,'flags');
INSERT INTO documents VALUES('01a22e38-1d6f-72eb-b5a3-035442b7a8ec','01a22e37-f027-72c3-9f18-3a468a3a4530',2,'{"kind":"14","kind_name":"báo cáo","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"BC-BQL","confidence":90,"page":2,"bounds":{"x0":347,"y0":281,"x1":598,"y1":319}},"codeNumber":{"value":"411","confidence":90,"page":2,"bounds":{"x0":347,"y0":281,"x1":598,"y1":319}},"issuedDate":{"value":"2017-09-04","confidence":94,"page":2,"bounds":{"x0":882,"y0":255,"x1":1422,"y1":296}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Ban Quản lý cảng của Mây, Trường","confidence":57,"page":2,"bounds":{"x0":221,"y0":126,"x1":727,"y1":247}},"place":{"value":"Cửa Mây","confidence":71,"page":2,"bounds":{"x0":882,"y0":255,"x1":1422,"y1":296}},"position":{"value":"TRƯỞNG BAN","confidence":91,"page":3,"bounds":{"x0":1021,"y0":245,"x1":1285,"y1":282}},"signer":{"value":"Phùng Thị Mẫu Thử","confidence":93,"page":3,"bounds":{"x0":985,"y0":507,"x1":1329,"y1":548}},"subject":{"value":"Kết quả bảo đảm an toàn bến thuyền và vệ sinh môi trường quý HH năm 2017","confidence":79,"page":2,"bounds":{"x0":367,"y0":423,"x1":1423,"y1":512}}}}','["issuer-unsure"]',1,0,'[]',NULL,NULL,'confidence');
INSERT INTO documents VALUES('01a22e38-1d6f-72eb-b5a3-035587e00ad6','01a22e37-f027-72c3-9f18-3a468a3a4530',3,'{"kind":"26","kind_name":"giấy mời","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"GM-VP","confidence":91,"page":1,"bounds":{"x0":321,"y0":297,"x1":558,"y1":328}},"codeNumber":{"value":"410","confidence":91,"page":1,"bounds":{"x0":321,"y0":297,"x1":558,"y1":328}},"issuedDate":{"value":"2017-10-03","confidence":96,"page":1,"bounds":{"x0":789,"y0":242,"x1":1443,"y1":285}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Văn phòng Ủy ban nhân dân tỉnh Bình Sơn Giang","confidence":91,"page":1,"bounds":{"x0":192,"y0":139,"x1":679,"y1":258}},"place":{"value":"Bình Sơn Giang","confidence":76,"page":1,"bounds":{"x0":789,"y0":242,"x1":1443,"y1":285}},"position":{"value":"TL. CHỦ TỊCH CHÁNH VĂN PHÒNG","confidence":90,"page":1,"bounds":{"x0":971,"y0":1152,"x1":1360,"y1":1236}},"recipients":{"value":"Lãnh đạo các sở, ban, ngành","confidence":87,"page":1,"bounds":{"x0":564,"y0":516,"x1":1174,"y1":563}},"signer":{"value":"Phùng Văn Mẫu Dụ","confidence":91,"page":1,"bounds":{"x0":1006,"y0":1457,"x1":1337,"y1":1502}},"subject":{"value":"Dự họp rà soát tiến độ số hóa tài liệu lưu trữ","confidence":95,"page":1,"bounds":{"x0":500,"y0":424,"x1":1237,"y1":474}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-2367-762d-a946-bacf33743366','01a22e37-f033-7537-81c9-460b43b4d10c',1,'{"kind":"20","kind_name":"biên bản","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"BB-TTLTLS","confidence":90,"page":1,"bounds":{"x0":283,"y0":256,"x1":591,"y1":287}},"codeNumber":{"value":"684","confidence":90,"page":1,"bounds":{"x0":283,"y0":256,"x1":591,"y1":287}},"issuedDate":{"value":"2012-11-22","confidence":78,"page":1,"bounds":{"x0":788,"y0":242,"x1":1440,"y1":285}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Trung tâm Lưu trữ lịch sử, Sở Nội vụ","confidence":87,"page":1,"bounds":{"x0":178,"y0":145,"x1":693,"y1":221}},"place":{"value":"Bình Sơn Giang","confidence":76,"page":1,"bounds":{"x0":788,"y0":242,"x1":1440,"y1":285}},"position":{"value":"GIÁM ĐỐC","confidence":88,"page":1,"bounds":{"x0":1049,"y0":1463,"x1":1274,"y1":1537}},"signer":{"value":"Quách Thị Mẫu Dụ","confidence":52,"page":1,"bounds":{"x0":982,"y0":1680,"x1":1340,"y1":1780}},"subject":{"value":"Bàn giao tài liệu của phông Ban Quản lý Cảng Cửa Mây","confidence":95,"page":1,"bounds":{"x0":399,"y0":388,"x1":1332,"y1":444}}}}','["page-confidence-low"]',1,0,'[]',NULL,NULL,'confidence');
INSERT INTO documents VALUES('01a22e38-2367-762d-a946-bad0cb71bbe4','01a22e37-f033-7537-81c9-460b43b4d10c',2,'{"kind":"07","kind_name":"thông báo","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"TB-UBND","confidence":92,"page":1,"bounds":{"x0":298,"y0":256,"x1":578,"y1":288}},"codeNumber":{"value":"309","confidence":92,"page":1,"bounds":{"x0":298,"y0":256,"x1":578,"y1":288}},"issuedDate":{"value":"2012-02-14","confidence":96,"page":1,"bounds":{"x0":839,"y0":243,"x1":1391,"y1":283}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Ủy ban nhân dân xã Đồi Trúc","confidence":91,"page":1,"bounds":{"x0":280,"y0":141,"x1":589,"y1":218}},"place":{"value":"Đồi Trúc","confidence":76,"page":1,"bounds":{"x0":839,"y0":243,"x1":1391,"y1":283}},"position":{"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH","confidence":90,"page":1,"bounds":{"x0":943,"y0":1185,"x1":1388,"y1":1351}},"signer":{"value":"Quách Văn Mẫu Thử","confidence":48,"page":1,"bounds":{"x0":976,"y0":1514,"x1":1353,"y1":1591}},"subject":{"value":"Lịch tiếp công dân và niêm yết thủ tục hành chính","confidence":94,"page":1,"bounds":{"x0":450,"y0":389,"x1":1280,"y1":443}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-2d05-7213-842c-bb4e5a0edb61','01a22e37-f037-753a-a332-4925b794d646',1,'{"kind":"07","kind_name":"thông báo","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"TB-UBND","confidence":92,"page":1,"bounds":{"x0":323,"y0":246,"x1":603,"y1":275}},"codeNumber":{"value":"931","confidence":92,"page":1,"bounds":{"x0":323,"y0":246,"x1":603,"y1":275}},"issuedDate":{"value":"2021-02-01","confidence":96,"page":1,"bounds":{"x0":864,"y0":254,"x1":1412,"y1":290}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Ủy ban nhân dân xã Đồi Trúc","confidence":92,"page":1,"bounds":{"x0":308,"y0":133,"x1":618,"y1":205}},"place":{"value":"Đồi Trúc","confidence":76,"page":1,"bounds":{"x0":864,"y0":254,"x1":1412,"y1":290}},"position":{"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH","confidence":90,"page":1,"bounds":{"x0":940,"y0":1199,"x1":1388,"y1":1288}},"signer":{"value":"Ví Tượng","confidence":19,"page":1,"bounds":{"x0":970,"y0":1523,"x1":1338,"y1":1596}},"subject":{"value":"Lịch tiếp công dân và niêm yết thủ tục hành chính","confidence":96,"page":1,"bounds":{"x0":472,"y0":397,"x1":1302,"y1":436}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-2d05-7213-842c-bb4f231a7651','01a22e37-f037-753a-a332-4925b794d646',2,'{"kind":"22","kind_name":"công văn","normative":false,"kind_confidence":95,"fields":{"codeNotation":{"value":"UBND-VP","confidence":91,"page":2,"bounds":{"x0":302,"y0":255,"x1":582,"y1":285}},"codeNumber":{"value":"440","confidence":91,"page":2,"bounds":{"x0":302,"y0":255,"x1":582,"y1":285}},"issuedDate":{"value":"2021-08-20","confidence":96,"page":2,"bounds":{"x0":850,"y0":245,"x1":1384,"y1":285}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Ủy ban nhân dân phường Suối Hạc","confidence":91,"page":2,"bounds":{"x0":282,"y0":140,"x1":599,"y1":218}},"place":{"value":"Suối Hạc","confidence":77,"page":2,"bounds":{"x0":850,"y0":245,"x1":1384,"y1":285}},"position":{"value":"TM. ỦY BAN NHÂN DÂN CHỦ TỊCH","confidence":90,"page":2,"bounds":{"x0":942,"y0":1201,"x1":1389,"y1":1322}},"recipients":{"value":"Ban Quản lý Cảng Cửa Mây","confidence":87,"page":2,"bounds":{"x0":567,"y0":479,"x1":1176,"y1":523}},"signer":{"value":"Phùng Thị Ví Nghiệm","confidence":92,"page":2,"bounds":{"x0":964,"y0":1472,"x1":1353,"y1":1564}},"subject":{"value":"sửa chữa cầu phao bến đò Cửa Mây trước mùa mưa lũ","confidence":92,"page":2,"bounds":{"x0":211,"y0":272,"x1":674,"y1":374}}}}','[]',1,0,'[]',NULL,NULL,'');
INSERT INTO documents VALUES('01a22e38-2d05-7213-842c-bb50e4b0a436','01a22e37-f037-753a-a332-4925b794d646',3,'{"kind":"26","kind_name":"giấy mời","normative":false,"kind_confidence":99,"fields":{"codeNotation":{"value":"GM-VP","confidence":92,"page":1,"bounds":{"x0":351,"y0":284,"x1":587,"y1":314}},"codeNumber":{"value":"261","confidence":96,"page":1,"bounds":{"x0":351,"y0":284,"x1":587,"y1":314}},"issuedDate":{"value":"2021-10-07","confidence":96,"page":1,"bounds":{"x0":820,"y0":254,"x1":1469,"y1":294}},"language":{"value":"01","confidence":97,"page":null,"bounds":null},"organName":{"value":"Văn phòng Ủy ban nhân dân tỉnh Bình Sơn Giang","confidence":91,"page":1,"bounds":{"x0":226,"y0":129,"x1":713,"y1":245}},"place":{"value":"Bình Sơn Giang","confidence":76,"page":1,"bounds":{"x0":820,"y0":254,"x1":1469,"y1":294}},"position":{"value":"TL. CHỦ TỊCH","confidence":90,"page":1,"bounds":{"x0":1031,"y0":1162,"x1":1297,"y1":1207}},"recipients":{"value":"Lãnh đạo các sở, ban, ngành","confidence":87,"page":1,"bounds":{"x0":586,"y0":520,"x1":1195,"y1":565}},"signer":{"value":"Quách Thị Mẫu Dụ","confidence":52,"page":1,"bounds":{"x0":968,"y0":1419,"x1":1322,"y1":1514}},"subject":{"value":"Dự họp rà soát tiến độ số hóa tài liệu lưu trữ","confidence":95,"page":1,"bounds":{"x0":524,"y0":429,"x1":1261,"y1":471}}}}','[]',1,0,'[]',NULL,NULL,'');
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    grp BIGINT NOT NULL,
    level TEXT NOT NULL,
    item TEXT NOT NULL,
    priority BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,                  -- not claimable before: end of the lease, or of the backoff
    worker TEXT,                               -- who holds the lease
    attempts BIGINT NOT NULL DEFAULT 0,        -- claims so far: the fence
    failures BIGINT NOT NULL DEFAULT 0,        -- claims that ended in a passing error or in a lost worker
    error TEXT
, line TEXT NOT NULL DEFAULT '');
CREATE TABLE costs (
    batch TEXT NOT NULL,
    stage TEXT NOT NULL,
    items BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL,
    PRIMARY KEY (batch, stage)
);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','intake',9,0);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','decode',19,106);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','prepare',19,7599);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','read',19,9722);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','stamps',19,1812);
INSERT INTO costs VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90','package',10,130);
CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO events VALUES(1,1796071747583,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','','batch-opened','{"pipeline":"administrative","unit":"local"}','fc04b71835346b513b50f31119fb6e0b9a29820b3817554205e15eee253a1943');
INSERT INTO events VALUES(2,1796071747594,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','files-received','{"duplicate":0,"files":1,"refused":0}','95dda8f0ca97307f49f3408f2b7a126f538bc00baa3663d7e33a9558fc065fbb');
INSERT INTO events VALUES(3,1796071747623,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','files-received','{"duplicate":0,"files":6,"refused":0}','b9b1eb8c247768c7e47a58aa51bee235039e1f0b1ebeb9c5e5ab8ade4cbce24e');
INSERT INTO events VALUES(4,1796071747635,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','files-received','{"duplicate":0,"files":1,"refused":0}','1214df338aac9400222931f8b045ea4a50f369b416b677d42e8bbea98119e36c');
INSERT INTO events VALUES(5,1796071747639,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','files-received','{"duplicate":0,"files":1,"refused":0}','9c520d6a8935320309d4f5a2bbd0ace04060fdc21f6436a4b92a96d0b0848afe');
INSERT INTO events VALUES(6,1796071748120,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','file-identified','{"file":"01a22e37-f00a-7021-af26-005d3c30aa41","media_type":"application/pdf","pages":5,"signatures":[],"warnings":[]}','2e806fe6ceb0294940816cab9f139863b68e507778e309b2b85e13bfb434d1bf');
INSERT INTO events VALUES(7,1796071748122,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6d6ed0ccb3e","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','e90ca74a13845c6a47842fc1b57fda0392f9b6a5c3b395ee0d255d08a2366655');
INSERT INTO events VALUES(8,1796071748129,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6d79b791a50","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','f29e29a32fb18d647e3cc5408912684bbd62cad321dd1cdc71235cfbc3a7e7aa');
INSERT INTO events VALUES(9,1796071748139,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6d53244e20b","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','ef3cca2e4133a064ecbb16834aa1f03b0fcc9b7243df40d50210d076367c3c1b');
INSERT INTO events VALUES(10,1796071750024,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','page-read','{"blank":true,"page":"01a22e37-f218-722f-bb5e-3e8a251d72e3","quality":{"confidence":29,"contrast":10,"ink_permille":0,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":0,"noise":0,"skew_centidegrees":0},"sharpness":100},"reading":"f333bf8898ed80da86fb25aa5626da632aa6a2e2bbeab81e7ca77d007a0b9021","warnings":[]}','6c492bcb9901bfaef0a4a3361ec2618f49361a30f95edc2905fd63cb642aa70b');
INSERT INTO events VALUES(11,1796071750188,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','page-read','{"blank":false,"page":"01a22e37-f218-722f-bb5e-3e89e8c73182","quality":{"confidence":96,"contrast":187,"ink_permille":36,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":2,"noise":1,"skew_centidegrees":-9},"sharpness":32},"reading":"a8d2105a5ff3fc840ea01360645f140fa8547e32336ff4b97fc46308cd882c80","warnings":[]}','6212ff7fab0db90a0203c8778997c547409a2bb73b0c934fe221be364eaba13a');
INSERT INTO events VALUES(12,1796071751227,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','page-read','{"blank":false,"page":"01a22e37-f218-722f-bb5e-3e8c3a4a6383","quality":{"confidence":94,"contrast":125,"ink_permille":7,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":23,"noise":0,"skew_centidegrees":-63},"sharpness":29},"reading":"440215aa522f0a176b97917d6cf8eca8401a09c30a93d333e03be96045b41637","warnings":[]}','31c69c937df3d036367df5bb2cab1171a63e109c3bacb9b7751655d8bfa43cc4');
INSERT INTO events VALUES(13,1796071751968,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','page-read','{"blank":false,"page":"01a22e37-f218-722f-bb5e-3e8beb62603b","quality":{"confidence":95,"contrast":194,"ink_permille":53,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":5,"noise":2,"skew_centidegrees":54},"sharpness":31},"reading":"2f64757cee408ad81f70d7bb027bbbba12255d9d0a30a7e990fc05e2ac6fa2b7","warnings":[]}','693fa165b89350219aa67c85f5ac4afac36350cb862ad46e590d3ad1f1f4b7f7');
INSERT INTO events VALUES(14,1796071752136,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','page-read','{"blank":false,"page":"01a22e37-f218-722f-bb5e-3e8d0531a823","quality":{"confidence":94,"contrast":156,"ink_permille":11,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":4,"noise":0,"skew_centidegrees":-26},"sharpness":35},"reading":"e5520a163ac339cc473b989a0bbfe18abb30f38e290ce0683607bfa643fb23ea","warnings":[]}','226760ae2fd4034355c99fe804621fe836f5b501c5176b6d8ad6a241cbf4c7a7');
INSERT INTO events VALUES(15,1796071752157,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','documents-found','{"documents":[["01a22e37-f218-722f-bb5e-3e89e8c73182","01a22e37-f218-722f-bb5e-3e8a251d72e3"],["01a22e37-f218-722f-bb5e-3e8beb62603b","01a22e37-f218-722f-bb5e-3e8c3a4a6383","01a22e37-f218-722f-bb5e-3e8d0531a823"]],"dossier":"01a22e37-f00a-7021-af26-005c84cf2ea6"}','100e1f645aab0e1c8abb4b5e4afafa65eebafc62c7029b8a54e1487846463975');
INSERT INTO events VALUES(16,1796071753396,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e37-f221-77e4-968b-bd60be64dce0","quality":{"confidence":95,"contrast":204,"ink_permille":109,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":2,"noise":1,"skew_centidegrees":-20},"sharpness":31},"reading":"6e40753e44b725d3fb2d79e877bef1360b546c75e832dd6b4348f0c63a531b08","warnings":[]}','74699eddc4561f492337470cf81d14978580de58f8631ecc6296066b3a1951a4');
INSERT INTO events VALUES(17,1796071754806,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e37-f21a-749c-81d5-0a386c627118","quality":{"confidence":12,"contrast":196,"ink_permille":34,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":1000,"noise":1,"skew_centidegrees":-260},"sharpness":43},"reading":"f636daa9b1b53482929b943628da4344607d5f418e66e2f52c0751bee65056fb","warnings":[]}','3a3c888d6a5d5aebb3da114c63b2fc70b17c4b5a2613a3e1ef3d8af89ff5730c');
INSERT INTO events VALUES(18,1796071754855,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":328,"x1":588,"y0":289,"y1":317},"confidence":91,"page":1,"value":"TTr-SNV"},"codeNumber":{"bounds":{"x0":328,"x1":588,"y0":289,"y1":317},"confidence":91,"page":1,"value":"549"},"issuedDate":{"bounds":{"x0":818,"x1":1453,"y0":254,"y1":289},"confidence":96,"page":1,"value":"2019-04-12"},"language":{"bounds":null,"confidence":98,"page":null,"value":"01"},"organName":{"bounds":{"x0":215,"x1":701,"y0":136,"y1":254},"confidence":91,"page":1,"value":"Sở Nội vụ tỉnh Bình Sơn Giang"},"place":{"bounds":{"x0":818,"x1":1453,"y0":254,"y1":289},"confidence":77,"page":1,"value":"Bình Sơn Giang"},"position":{"bounds":{"x0":1063,"x1":1267,"y0":1301,"y1":1337},"confidence":88,"page":1,"value":"GIÁM ĐỐC"},"recipients":{"bounds":{"x0":503,"x1":1264,"y0":517,"y1":560},"confidence":86,"page":1,"value":"Ủy ban nhân dân tỉnh Bình Sơn Giang"},"signer":{"bounds":{"x0":972,"x1":1358,"y0":1564,"y1":1603},"confidence":93,"page":1,"value":"Quách Thị Mẫu Tượng"},"subject":{"bounds":{"x0":402,"x1":1363,"y0":431,"y1":468},"confidence":93,"page":1,"value":"Về việc ban hành Kế hoạch số hóa tài liệu lưu trữ của tỉnh"}},"kind":"15","kind_confidence":99,"kind_name":"tờ trình","normative":false},"document":"01a22e38-01de-76e3-9390-ebf2ca1041a9"}','873cd596028e5c80b7494557a03e96d8e5fe078ba894c7acdf305e541a5d69c6');
INSERT INTO events VALUES(19,1796071754855,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','document-reviewed','{"document":"01a22e38-01de-76e3-9390-ebf2ca1041a9","reasons":[]}','aff8d5dbaee932d43f22e24e0bd9bbfa516da4de979101ffe0db46281de88f5b');
INSERT INTO events VALUES(20,1796071754972,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":324,"x1":609,"y0":244,"y1":280},"confidence":74,"page":1,"value":"QĐ-UBND"},"codeNumber":{"bounds":{"x0":324,"x1":609,"y0":244,"y1":280},"confidence":74,"page":1,"value":"791"},"grounds":{"bounds":{"x0":337,"x1":1230,"y0":615,"y1":722},"confidence":76,"page":1,"value":"Căn cứ Luật Tổ chức chính quyền địa phương; Căn cứ Luật Lưu trữ và các văn bản hướng dẫn thi hành"},"issuedDate":{"bounds":{"x0":825,"x1":1461,"y0":254,"y1":292},"confidence":97,"page":1,"value":"2019-05-13"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":217,"x1":715,"y0":131,"y1":205},"confidence":91,"page":1,"value":"Ủy ban nhân dân tỉnh Bình Sơn Giang"},"place":{"bounds":{"x0":825,"x1":1461,"y0":254,"y1":292},"confidence":77,"page":1,"value":"Bình Sơn Giang"},"position":{"bounds":{"x0":931,"x1":1378,"y0":244,"y1":378},"confidence":91,"page":2,"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH"},"signer":{"bounds":{"x0":944,"x1":1376,"y0":599,"y1":641},"confidence":93,"page":2,"value":"Nghiêm Văn Mẫu Nghiệm"},"subject":{"bounds":{"x0":360,"x1":1418,"y0":393,"y1":485},"confidence":88,"page":1,"value":"Về việc phê duyệt Kế hoạch số hóa tài liệu lưu trữ của tỉnh Bình Sơn Giang giai đoạn 2019 - 2022"}},"kind":"02","kind_confidence":99,"kind_name":"quyết định","normative":false},"document":"01a22e38-01de-76e3-9390-ebf34e25387a"}','dfb31d403f5034f7cd84991e899a35b7fc85afea7111c6efff646138aafb3ea0');
INSERT INTO events VALUES(21,1796071754972,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','document-reviewed','{"document":"01a22e38-01de-76e3-9390-ebf34e25387a","reasons":[]}','8da55e3cb483f65848f5b177eac4892dabeb0fcb5ea3c697f14e7511db5ca8e4');
INSERT INTO events VALUES(22,1796071755059,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6d85ff88877","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','e4f59907020734e54fb9965b49a5559d9f951998e05b0890e7eb0779caea111b');
INSERT INTO events VALUES(23,1796071755163,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6d94515a0ac","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','c2af6f329f11da958b8172a5585bca06fa2c49aa98601b1cb8e63a905ce57900');
INSERT INTO events VALUES(24,1796071755355,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f00a-7021-af26-005c84cf2ea6','dossier-deposited','{"dossier":"01a22e37-f00a-7021-af26-005c84cf2ea6","record_sha512":"2ea28f48b5fa26af3d247884f253e978a3926bb668c7f3127109fc6164d20764cdb59dbd69a08361d17c312f7c38b084d1103f7c0db4aca680f6e052be6739d6","version":1}','401b206d0fad56a45318dc456954669632b05a6dcc039069b94b8d11a224c768');
INSERT INTO events VALUES(25,1796071755528,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e37-f22c-72ad-b008-e82e81f97228","quality":{"confidence":95,"contrast":200,"ink_permille":44,"scan":{"bleed_permille":1,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":4,"noise":1,"skew_centidegrees":-30},"sharpness":29},"reading":"89858503b8bcbb02861f8fef6a382ed4b37c28d56c46e97a9d99223b3ef36fb8","warnings":[]}','911e9c6f177cd2a0e7de0d4aceac8976beec361d9d55bc16714ab4ffd89b01ca');
INSERT INTO events VALUES(26,1796071757069,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','file-identified','{"file":"01a22e37-f028-7236-8309-b6daa42855ec","media_type":"image/jpeg","pages":1,"signatures":[],"warnings":[]}','048363cf9802494cdf1e84b07455eeddd88d68edcd88c52f53e2600bbb2a3b36');
INSERT INTO events VALUES(27,1796071757072,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e38-0d9c-73ac-a352-79cc4a91d4c9","quality":{"confidence":92,"contrast":202,"ink_permille":26,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":70,"noise":1,"skew_centidegrees":-40},"sharpness":28},"reading":"301b2c7bf78a379567ae5f7ead81dcbe3ab6ef8e9b9ea9c8e579ac32ef5d8e8d","warnings":[]}','9dba389ca67d0cc78f5677f157ba612536926a959bf8ea3e5691e1051e21836e');
INSERT INTO events VALUES(28,1796071757075,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','file-identified','{"file":"01a22e37-f033-7537-81c9-460c57380617","media_type":"image/tiff","pages":3,"signatures":[],"warnings":[]}','f2405b8da14619e8755f9e557e0df929ad19fd051585309da0ba2e8165e63076');
INSERT INTO events VALUES(29,1796071757441,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e38-0d67-72a7-be75-89c114f8ae21","quality":{"confidence":95,"contrast":197,"ink_permille":63,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":4,"noise":2,"skew_centidegrees":107},"sharpness":30},"reading":"f5b1658e01faad8bc9d0e11783e94690b42051e35549b524e7da1942c034e92e","warnings":[]}','0ae146f034bad873a636d9d7f402e8068bf1dbb0323804f8a7a7b0798d440aa7');
INSERT INTO events VALUES(30,1796071758833,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','page-read','{"blank":false,"page":"01a22e38-1513-7560-81d3-f6b70e123055","quality":{"confidence":95,"contrast":255,"ink_permille":56,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":4,"noise":0,"skew_centidegrees":-123},"sharpness":100},"reading":"619ca12f53f3fb885221d3f4242f824069c07fd0dca3fd2aa46265af7869386b","warnings":[]}','29de2a97c4ebe3e505224ed28c584b3b989c84b0eedc65af0d5b1bfe3da1a651');
INSERT INTO events VALUES(31,1796071759191,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','page-read','{"blank":false,"page":"01a22e38-150e-76e4-8bc1-9cd556044d0a","quality":{"confidence":95,"contrast":199,"ink_permille":44,"scan":{"bleed_permille":1,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":3,"noise":1,"skew_centidegrees":-120},"sharpness":30},"reading":"ade7c464ac943c5537e9d81300520b5251a419b3699ce947e53775fb1033d264","warnings":[]}','891178a6978d211d96aca10dc71c1207da69f3e1d348137612144d163ce44ae5');
INSERT INTO events VALUES(32,1796071759215,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','documents-found','{"documents":[["01a22e37-f22c-72ad-b008-e82e81f97228","01a22e37-f21a-749c-81d5-0a386c627118"],["01a22e37-f221-77e4-968b-bd60be64dce0","01a22e38-0d67-72a7-be75-89c114f8ae21","01a22e38-0d9c-73ac-a352-79cc4a91d4c9"],["01a22e38-150e-76e4-8bc1-9cd556044d0a"]],"dossier":"01a22e37-f027-72c3-9f18-3a468a3a4530"}','ffe044c5bc716a9c17d48ad7119360893ca65cf588d1aa636056340b47d091c4');
INSERT INTO events VALUES(33,1796071759474,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','page-read','{"blank":false,"page":"01a22e38-1513-7560-81d3-f6b84921e3b3","quality":{"confidence":0,"contrast":255,"ink_permille":12,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":0,"noise":0,"skew_centidegrees":0},"sharpness":100},"reading":"1414b2b2f4b5418bfbc41b44d4a7865dd59347a4d776f80bbabb2a900ef906a3","warnings":[]}','d9ba440ea264d26aedb4d6df430bc2f4a28e55e1aa51a8bf40bbcc83a930d14c');
INSERT INTO events VALUES(34,1796071759484,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','file-identified','{"file":"01a22e37-f037-753a-a332-4926782d551f","media_type":"application/pdf","pages":5,"signatures":[],"warnings":[]}','e0f05035c2e03baf7fe9f98cbd8c67514427d5f03513e39ce8dabe7da3e02a9a');
INSERT INTO events VALUES(35,1796071759526,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":313,"x1":593,"y0":252,"y1":280},"confidence":93,"page":1,"value":"UBND-VP"},"codeNumber":{"bounds":{"x0":313,"x1":593,"y0":252,"y1":280},"confidence":96,"page":1,"value":"863"},"issuedDate":{"bounds":{"x0":861,"x1":1401,"y0":252,"y1":287},"confidence":96,"page":1,"value":"2017-08-26"},"language":{"bounds":null,"confidence":89,"page":null,"value":"01"},"organName":{"bounds":{"x0":293,"x1":610,"y0":137,"y1":214},"confidence":91,"page":1,"value":"Ủy ban nhân dân phường Suối Hạc"},"place":{"bounds":{"x0":861,"x1":1401,"y0":252,"y1":287},"confidence":77,"page":1,"value":"Suối Hạc"},"position":{"bounds":{"x0":941,"x1":1389,"y0":1207,"y1":1295},"confidence":90,"page":1,"value":"TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"},"recipients":{"bounds":{"x0":574,"x1":1183,"y0":483,"y1":521},"confidence":86,"page":1,"value":"Ban Quản lý Cảng Cửa Mây"},"signer":{"bounds":{"x0":959,"x1":1376,"y0":1516,"y1":1556},"confidence":93,"page":1,"value":"Nghiêm Văn Mẫu Tượng"},"subject":{"bounds":{"x0":220,"x1":685,"y0":268,"y1":368},"confidence":56,"page":1,"value":"sửa chữa cầu phao bến đò Cửa Mây trước mùa mưa lũ"}},"kind":"22","kind_confidence":95,"kind_name":"công văn","normative":false},"document":"01a22e38-1d6f-72eb-b5a3-0353e81672be"}','216d719bea28daf8a26ce8719cb9bde3adae095e02c53ee39ab748b97b4002bb');
INSERT INTO events VALUES(36,1796071759526,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-reviewed','{"document":"01a22e38-1d6f-72eb-b5a3-0353e81672be","reasons":["subject-unsure","page-confidence-low","page-rescan"]}','b7acaeb5fbd3d2ded47b11b97c9684e8e36c52061aba9bf9c53ca51fc2e4825d');
INSERT INTO events VALUES(37,1796071759576,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":347,"x1":598,"y0":281,"y1":319},"confidence":90,"page":2,"value":"BC-BQL"},"codeNumber":{"bounds":{"x0":347,"x1":598,"y0":281,"y1":319},"confidence":90,"page":2,"value":"411"},"issuedDate":{"bounds":{"x0":882,"x1":1422,"y0":255,"y1":296},"confidence":94,"page":2,"value":"2017-09-04"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":221,"x1":727,"y0":126,"y1":247},"confidence":57,"page":2,"value":"Ban Quản lý cảng của Mây, Trường"},"place":{"bounds":{"x0":882,"x1":1422,"y0":255,"y1":296},"confidence":71,"page":2,"value":"Cửa Mây"},"position":{"bounds":{"x0":1021,"x1":1285,"y0":245,"y1":282},"confidence":91,"page":3,"value":"TRƯỞNG BAN"},"signer":{"bounds":{"x0":985,"x1":1329,"y0":507,"y1":548},"confidence":93,"page":3,"value":"Phùng Thị Mẫu Thử"},"subject":{"bounds":{"x0":367,"x1":1423,"y0":423,"y1":512},"confidence":79,"page":2,"value":"Kết quả bảo đảm an toàn bến thuyền và vệ sinh môi trường quý HH năm 2017"}},"kind":"14","kind_confidence":99,"kind_name":"báo cáo","normative":false},"document":"01a22e38-1d6f-72eb-b5a3-035442b7a8ec"}','b57bf12e1fd40ce5a77c4a1e76d54ee3f6b5ab113322e869644a7e2e7f07601f');
INSERT INTO events VALUES(38,1796071759576,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-reviewed','{"document":"01a22e38-1d6f-72eb-b5a3-035442b7a8ec","reasons":["issuer-unsure"]}','36338fcbb342fef5da6a141503a0be905588e14e7746ebfabb52a656f00d47d5');
INSERT INTO events VALUES(39,1796071759608,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":321,"x1":558,"y0":297,"y1":328},"confidence":91,"page":1,"value":"GM-VP"},"codeNumber":{"bounds":{"x0":321,"x1":558,"y0":297,"y1":328},"confidence":91,"page":1,"value":"410"},"issuedDate":{"bounds":{"x0":789,"x1":1443,"y0":242,"y1":285},"confidence":96,"page":1,"value":"2017-10-03"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":192,"x1":679,"y0":139,"y1":258},"confidence":91,"page":1,"value":"Văn phòng Ủy ban nhân dân tỉnh Bình Sơn Giang"},"place":{"bounds":{"x0":789,"x1":1443,"y0":242,"y1":285},"confidence":76,"page":1,"value":"Bình Sơn Giang"},"position":{"bounds":{"x0":971,"x1":1360,"y0":1152,"y1":1236},"confidence":90,"page":1,"value":"TL. CHỦ TỊCH CHÁNH VĂN PHÒNG"},"recipients":{"bounds":{"x0":564,"x1":1174,"y0":516,"y1":563},"confidence":87,"page":1,"value":"Lãnh đạo các sở, ban, ngành"},"signer":{"bounds":{"x0":1006,"x1":1337,"y0":1457,"y1":1502},"confidence":91,"page":1,"value":"Phùng Văn Mẫu Dụ"},"subject":{"bounds":{"x0":500,"x1":1237,"y0":424,"y1":474},"confidence":95,"page":1,"value":"Dự họp rà soát tiến độ số hóa tài liệu lưu trữ"}},"kind":"26","kind_confidence":99,"kind_name":"giấy mời","normative":false},"document":"01a22e38-1d6f-72eb-b5a3-035587e00ad6"}','f2421a3850e77896675403086a6a283c75900bba1c94186c8d80312d71f9ed40');
INSERT INTO events VALUES(40,1796071759608,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','document-reviewed','{"document":"01a22e38-1d6f-72eb-b5a3-035587e00ad6","reasons":[]}','328c1839732cab1ba2d25e3a2577c2609b50b9a62be07410013f22573fc48797');
INSERT INTO events VALUES(41,1796071759732,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f027-72c3-9f18-3a468a3a4530','dossier-deposited','{"dossier":"01a22e37-f027-72c3-9f18-3a468a3a4530","record_sha512":"6fcdf5bd3952d9cb3e0be838d2f7d470fa05677ae98ff379567352570463dc0139173d329fca6d08c6ec2b1c51c8b49c726dc74772d2c9f23d6454e896ccb729","version":1}','2871bc23c78613f75b6223e6e66c8babfd8dfc065ff1943535aeced499e9b23b');
INSERT INTO events VALUES(42,1796071760733,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','page-read','{"blank":false,"page":"01a22e38-1513-7560-81d3-f6b91eff7110","quality":{"confidence":95,"contrast":255,"ink_permille":47,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":3,"noise":0,"skew_centidegrees":-120},"sharpness":100},"reading":"ef0c923d8b450cd7f1338165181c1a06d82827fce46d4d96786e3dee03aa4b0f","warnings":[]}','088f3d0a401a5ce15204f96bf4a6848ea22e61501cd3271f6aed187e415b68d9');
INSERT INTO events VALUES(43,1796071760743,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','documents-found','{"documents":[["01a22e38-1513-7560-81d3-f6b70e123055","01a22e38-1513-7560-81d3-f6b84921e3b3"],["01a22e38-1513-7560-81d3-f6b91eff7110"]],"dossier":"01a22e37-f033-7537-81c9-460b43b4d10c"}','7f897f5d6b34ed30f06137d39dc757d483eb62ff238bad4fb3e68b85c86a6e13');
INSERT INTO events VALUES(44,1796071760781,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','page-read','{"blank":false,"page":"01a22e38-1e7d-716d-91c0-939fc01e3d49","quality":{"confidence":94,"contrast":156,"ink_permille":30,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":22,"noise":1,"skew_centidegrees":30},"sharpness":31},"reading":"a356c7aad26efb55426383e661da9df2600b8eb80d3a9c84e9c35c4292930fef","warnings":[]}','b72ba387c3626887de0f1ef522fea04ab458b09f1f1f9b824d5f2753c9edfaab');
INSERT INTO events VALUES(45,1796071761608,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','page-read','{"blank":false,"page":"01a22e38-1e7d-716d-91c0-93a020134612","quality":{"confidence":95,"contrast":189,"ink_permille":89,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":2,"noise":1,"skew_centidegrees":-74},"sharpness":28},"reading":"68e7cea0cba6e8b689d009ed669f1d6e7b39475541a5cb4bec1761084240f6b2","warnings":[]}','cd6342020c7165dd54d6ab2344f96e630b2d814aa53e630b647db14b941d219b');
INSERT INTO events VALUES(46,1796071761641,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":283,"x1":591,"y0":256,"y1":287},"confidence":90,"page":1,"value":"BB-TTLTLS"},"codeNumber":{"bounds":{"x0":283,"x1":591,"y0":256,"y1":287},"confidence":90,"page":1,"value":"684"},"issuedDate":{"bounds":{"x0":788,"x1":1440,"y0":242,"y1":285},"confidence":78,"page":1,"value":"2012-11-22"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":178,"x1":693,"y0":145,"y1":221},"confidence":87,"page":1,"value":"Trung tâm Lưu trữ lịch sử, Sở Nội vụ"},"place":{"bounds":{"x0":788,"x1":1440,"y0":242,"y1":285},"confidence":76,"page":1,"value":"Bình Sơn Giang"},"position":{"bounds":{"x0":1049,"x1":1274,"y0":1463,"y1":1537},"confidence":88,"page":1,"value":"GIÁM ĐỐC"},"signer":{"bounds":{"x0":982,"x1":1340,"y0":1680,"y1":1780},"confidence":52,"page":1,"value":"Quách Thị Mẫu Dụ"},"subject":{"bounds":{"x0":399,"x1":1332,"y0":388,"y1":444},"confidence":95,"page":1,"value":"Bàn giao tài liệu của phông Ban Quản lý Cảng Cửa Mây"}},"kind":"20","kind_confidence":99,"kind_name":"biên bản","normative":false},"document":"01a22e38-2367-762d-a946-bacf33743366"}','9740c90940bf5a02fd91002c382dad727fa882c829464116db94f791c0eb2938');
INSERT INTO events VALUES(47,1796071761641,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','document-reviewed','{"document":"01a22e38-2367-762d-a946-bacf33743366","reasons":["page-confidence-low"]}','320109ab397e5be8253239867253cf277be0db97597350e059432b3f14bb18ed');
INSERT INTO events VALUES(48,1796071761649,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":298,"x1":578,"y0":256,"y1":288},"confidence":92,"page":1,"value":"TB-UBND"},"codeNumber":{"bounds":{"x0":298,"x1":578,"y0":256,"y1":288},"confidence":92,"page":1,"value":"309"},"issuedDate":{"bounds":{"x0":839,"x1":1391,"y0":243,"y1":283},"confidence":96,"page":1,"value":"2012-02-14"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":280,"x1":589,"y0":141,"y1":218},"confidence":91,"page":1,"value":"Ủy ban nhân dân xã Đồi Trúc"},"place":{"bounds":{"x0":839,"x1":1391,"y0":243,"y1":283},"confidence":76,"page":1,"value":"Đồi Trúc"},"position":{"bounds":{"x0":943,"x1":1388,"y0":1185,"y1":1351},"confidence":90,"page":1,"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH"},"signer":{"bounds":{"x0":976,"x1":1353,"y0":1514,"y1":1591},"confidence":48,"page":1,"value":"Quách Văn Mẫu Thử"},"subject":{"bounds":{"x0":450,"x1":1280,"y0":389,"y1":443},"confidence":94,"page":1,"value":"Lịch tiếp công dân và niêm yết thủ tục hành chính"}},"kind":"07","kind_confidence":99,"kind_name":"thông báo","normative":false},"document":"01a22e38-2367-762d-a946-bad0cb71bbe4"}','7a70a829e4b52abbc490b136b4a669716f01886dc171b387739d451ad256eeba');
INSERT INTO events VALUES(49,1796071761649,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','document-reviewed','{"document":"01a22e38-2367-762d-a946-bad0cb71bbe4","reasons":[]}','37e769330c8972309f1983f56bf62cbaeb5e5f37749aed947c0dea9f635c960f');
INSERT INTO events VALUES(50,1796071761727,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f033-7537-81c9-460b43b4d10c','dossier-deposited','{"dossier":"01a22e37-f033-7537-81c9-460b43b4d10c","record_sha512":"dcfd9ccf756f952c81a2723e1eb4d3c728d17d05606c19439eef7f07c7464e4f7502f5c62738465e4c482d5b5ef9944ba25a3f87c147f41090a4b4125153b6a0","version":1}','a0ed2e8aa24177378282bff447c824057755d767a509cc18558187dcf7e416c9');
INSERT INTO events VALUES(51,1796071762225,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','page-read','{"blank":false,"page":"01a22e38-1e7d-716d-91c0-93a1a04e2437","quality":{"confidence":95,"contrast":150,"ink_permille":29,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":4,"noise":1,"skew_centidegrees":-100},"sharpness":30},"reading":"0466e9e1bb69bdef699ca115603a47531a8978bab55a2b0187d1059a0881fd42","warnings":[]}','b333514f23353787522ec62fd58c05222ad99a8b26e7abfc93a3637eaa842d80');
INSERT INTO events VALUES(52,1796071762321,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','page-read','{"blank":true,"page":"01a22e38-1e7d-716d-91c0-93a232f95b11","quality":{"confidence":0,"contrast":20,"ink_permille":0,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":0,"noise":1,"skew_centidegrees":0},"sharpness":8},"reading":"f26b341f9d1bcf4018091646aaf8581bf954881c8b26d0d8af32c636ef2239be","warnings":[]}','3e83e3ec366594d5973800ff63db0c3f7def0509ef9f5f16ca5016b35aab48b0');
INSERT INTO events VALUES(53,1796071763197,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','page-read','{"blank":false,"page":"01a22e38-1e7d-716d-91c0-93a3cd1e8e00","quality":{"confidence":95,"contrast":152,"ink_permille":24,"scan":{"bleed_permille":0,"cut":{"bottom":false,"left":false,"right":false,"top":false},"dpi":200,"expected_error_permille":9,"noise":1,"skew_centidegrees":77},"sharpness":30},"reading":"76b21bb43c6e7790de0a4ce1069d15604ad90f27cc5ed8f78e6004626d8707d7","warnings":[]}','bf12ef361d398196b42d1976c1303f7f3e947223082171544a49f4e2fd6d898e');
INSERT INTO events VALUES(54,1796071763205,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','documents-found','{"documents":[["01a22e38-1e7d-716d-91c0-939fc01e3d49"],["01a22e38-1e7d-716d-91c0-93a020134612","01a22e38-1e7d-716d-91c0-93a1a04e2437","01a22e38-1e7d-716d-91c0-93a232f95b11"],["01a22e38-1e7d-716d-91c0-93a3cd1e8e00"]],"dossier":"01a22e37-f037-753a-a332-4925b794d646"}','af835c939f7d08d78c6eab8737950e5040b596085756538a7677ec9da27d8050');
INSERT INTO events VALUES(55,1796071763235,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":323,"x1":603,"y0":246,"y1":275},"confidence":92,"page":1,"value":"TB-UBND"},"codeNumber":{"bounds":{"x0":323,"x1":603,"y0":246,"y1":275},"confidence":92,"page":1,"value":"931"},"issuedDate":{"bounds":{"x0":864,"x1":1412,"y0":254,"y1":290},"confidence":96,"page":1,"value":"2021-02-01"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":308,"x1":618,"y0":133,"y1":205},"confidence":92,"page":1,"value":"Ủy ban nhân dân xã Đồi Trúc"},"place":{"bounds":{"x0":864,"x1":1412,"y0":254,"y1":290},"confidence":76,"page":1,"value":"Đồi Trúc"},"position":{"bounds":{"x0":940,"x1":1388,"y0":1199,"y1":1288},"confidence":90,"page":1,"value":"TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH"},"signer":{"bounds":{"x0":970,"x1":1338,"y0":1523,"y1":1596},"confidence":19,"page":1,"value":"Ví Tượng"},"subject":{"bounds":{"x0":472,"x1":1302,"y0":397,"y1":436},"confidence":96,"page":1,"value":"Lịch tiếp công dân và niêm yết thủ tục hành chính"}},"kind":"07","kind_confidence":99,"kind_name":"thông báo","normative":false},"document":"01a22e38-2d05-7213-842c-bb4e5a0edb61"}','48dd074bdc6eb412bf7a5d7d0b221fd7bd4e9d93fe2c09cdb9d91b88acabceed');
INSERT INTO events VALUES(56,1796071763235,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-reviewed','{"document":"01a22e38-2d05-7213-842c-bb4e5a0edb61","reasons":[]}','1a5d76e0c417754fe8e4d6200a567b703f0ed92a8e1f5f93f93bba33566a4cf9');
INSERT INTO events VALUES(57,1796071763249,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":351,"x1":587,"y0":284,"y1":314},"confidence":92,"page":1,"value":"GM-VP"},"codeNumber":{"bounds":{"x0":351,"x1":587,"y0":284,"y1":314},"confidence":96,"page":1,"value":"261"},"issuedDate":{"bounds":{"x0":820,"x1":1469,"y0":254,"y1":294},"confidence":96,"page":1,"value":"2021-10-07"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":226,"x1":713,"y0":129,"y1":245},"confidence":91,"page":1,"value":"Văn phòng Ủy ban nhân dân tỉnh Bình Sơn Giang"},"place":{"bounds":{"x0":820,"x1":1469,"y0":254,"y1":294},"confidence":76,"page":1,"value":"Bình Sơn Giang"},"position":{"bounds":{"x0":1031,"x1":1297,"y0":1162,"y1":1207},"confidence":90,"page":1,"value":"TL. CHỦ TỊCH"},"recipients":{"bounds":{"x0":586,"x1":1195,"y0":520,"y1":565},"confidence":87,"page":1,"value":"Lãnh đạo các sở, ban, ngành"},"signer":{"bounds":{"x0":968,"x1":1322,"y0":1419,"y1":1514},"confidence":52,"page":1,"value":"Quách Thị Mẫu Dụ"},"subject":{"bounds":{"x0":524,"x1":1261,"y0":429,"y1":471},"confidence":95,"page":1,"value":"Dự họp rà soát tiến độ số hóa tài liệu lưu trữ"}},"kind":"26","kind_confidence":99,"kind_name":"giấy mời","normative":false},"document":"01a22e38-2d05-7213-842c-bb50e4b0a436"}','6dc5e2f273ca9428aec98e0b0f5cab708f9024631a8ebf882a855f37af9dc558');
INSERT INTO events VALUES(58,1796071763249,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-reviewed','{"document":"01a22e38-2d05-7213-842c-bb50e4b0a436","reasons":[]}','9cf5948c2cdf546373b338d4a96394bb550cb44d72be798420a8a71f0468afee');
INSERT INTO events VALUES(59,1796071763252,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-described','{"description":{"fields":{"codeNotation":{"bounds":{"x0":302,"x1":582,"y0":255,"y1":285},"confidence":91,"page":2,"value":"UBND-VP"},"codeNumber":{"bounds":{"x0":302,"x1":582,"y0":255,"y1":285},"confidence":91,"page":2,"value":"440"},"issuedDate":{"bounds":{"x0":850,"x1":1384,"y0":245,"y1":285},"confidence":96,"page":2,"value":"2021-08-20"},"language":{"bounds":null,"confidence":97,"page":null,"value":"01"},"organName":{"bounds":{"x0":282,"x1":599,"y0":140,"y1":218},"confidence":91,"page":2,"value":"Ủy ban nhân dân phường Suối Hạc"},"place":{"bounds":{"x0":850,"x1":1384,"y0":245,"y1":285},"confidence":77,"page":2,"value":"Suối Hạc"},"position":{"bounds":{"x0":942,"x1":1389,"y0":1201,"y1":1322},"confidence":90,"page":2,"value":"TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"},"recipients":{"bounds":{"x0":567,"x1":1176,"y0":479,"y1":523},"confidence":87,"page":2,"value":"Ban Quản lý Cảng Cửa Mây"},"signer":{"bounds":{"x0":964,"x1":1353,"y0":1472,"y1":1564},"confidence":92,"page":2,"value":"Phùng Thị Ví Nghiệm"},"subject":{"bounds":{"x0":211,"x1":674,"y0":272,"y1":374},"confidence":92,"page":2,"value":"sửa chữa cầu phao bến đò Cửa Mây trước mùa mưa lũ"}},"kind":"22","kind_confidence":95,"kind_name":"công văn","normative":false},"document":"01a22e38-2d05-7213-842c-bb4f231a7651"}','4c615027357b6d2c17378d7160a440deceb429f624ad90bcb6ae7a4ede700fb2');
INSERT INTO events VALUES(60,1796071763252,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','document-reviewed','{"document":"01a22e38-2d05-7213-842c-bb4f231a7651","reasons":[]}','99f6d21e900e732379462b7f049cc1a8a1a0c36675c0d9017ce99a15f6f6559d');
INSERT INTO events VALUES(61,1796071763315,'01a22e37-efff-72c9-a1ae-77b4fbdc4c90','01a22e37-f037-753a-a332-4925b794d646','dossier-deposited','{"dossier":"01a22e37-f037-753a-a332-4925b794d646","record_sha512":"ad7bd9f0fbde69052fd987ae96aeaef49907cafe7b190fad85ed32f46ee49c9e8eee5314b9c915950bfb85c4876d28fbed1824937d557cdd3adb52068ffdfb0b","version":1}','6be948ff92c55acd84cc19e77d57028e0c0701ad00bb1e46c9916c9d3fb36bbc');
CREATE TABLE chain (
    name TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    head TEXT NOT NULL
);
INSERT INTO chain VALUES('events',61,'6be948ff92c55acd84cc19e77d57028e0c0701ad00bb1e46c9916c9d3fb36bbc');
CREATE TABLE users (
    name TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    grants TEXT NOT NULL,
    password TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    disabled BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL
, origin TEXT NOT NULL DEFAULT 'local', subject TEXT, totp TEXT, totp_wanted TEXT, totp_step BIGINT NOT NULL DEFAULT 0);
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    used_for TEXT NOT NULL,
    user_name TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    rights TEXT,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    user_name TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    text TEXT NOT NULL,
    priority BIGINT NOT NULL,
    starts TEXT NOT NULL,                      -- by-person, when-complete
    state TEXT NOT NULL,                       -- open, starting, started, withdrawn
    batch TEXT,
    expected_files BIGINT,
    expected_bytes BIGINT,
    created BIGINT NOT NULL
, line TEXT, line_by TEXT);
CREATE TABLE upload_files (
    id TEXT NOT NULL PRIMARY KEY,
    upload TEXT NOT NULL,
    path TEXT NOT NULL,
    dossier TEXT NOT NULL,
    plain TEXT NOT NULL,
    last TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,                        -- by its name: scan, list, ignored
    state TEXT NOT NULL,                       -- sending, received, duplicate, refused, list, ignored
    absent BIGINT NOT NULL DEFAULT 0,
    class TEXT,
    reason TEXT,
    twin TEXT,
    repeats TEXT,
    covered BIGINT NOT NULL DEFAULT 0,
    named BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE upload_lists (
    file TEXT NOT NULL PRIMARY KEY,
    upload TEXT NOT NULL,
    folder TEXT NOT NULL,
    entries BIGINT NOT NULL,
    names_files BIGINT NOT NULL,
    problem TEXT
, lines TEXT NOT NULL DEFAULT '[]');
CREATE TABLE upload_entries (
    list TEXT NOT NULL,
    line BIGINT NOT NULL,
    upload TEXT NOT NULL,
    file TEXT NOT NULL,
    plain TEXT NOT NULL,
    last TEXT NOT NULL,
    came BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (list, line)
);
CREATE TABLE recovery_codes (
    user_name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (user_name, sha256)
);
CREATE TABLE sign_in_flows (
    sha256 TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    goes_to TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE TABLE searches (
    id TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    created BIGINT NOT NULL
);
CREATE TABLE holds (
    document TEXT NOT NULL PRIMARY KEY,        -- OBJECT#NUMBER
    user_name TEXT NOT NULL,
    until BIGINT NOT NULL
);
CREATE TABLE roadmaps (
    decision TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE roadmap_lines (
    code TEXT NOT NULL PRIMARY KEY,
    decision TEXT NOT NULL,
    unit TEXT NOT NULL,
    place BIGINT NOT NULL,                     -- in its roadmap
    dossiers TEXT NOT NULL DEFAULT '[]',       -- codes of dossiers that are attached by rule begin so: JSON
    weight BIGINT NOT NULL DEFAULT 10,         -- share of the workers beside other lines
    work TEXT NOT NULL DEFAULT '{}'
, work_version BIGINT NOT NULL DEFAULT 0);
CREATE TABLE progress (
    batch TEXT NOT NULL,
    day BIGINT NOT NULL,
    step TEXT NOT NULL,                        -- received, read, stored, accepted, returned
    pages BIGINT NOT NULL,
    documents BIGINT NOT NULL,
    dossiers BIGINT NOT NULL,
    PRIMARY KEY (batch, day, step)
);
INSERT INTO progress VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90',20788,'received',19,0,0);
INSERT INTO progress VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90',20788,'read',19,0,0);
INSERT INTO progress VALUES('01a22e37-efff-72c9-a1ae-77b4fbdc4c90',20788,'stored',12,7,2);
CREATE TABLE queues (
    line TEXT NOT NULL PRIMARY KEY,
    pass BIGINT NOT NULL
);
INSERT INTO queues VALUES('',0);
CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,
    line TEXT NOT NULL,
    state TEXT NOT NULL,                       -- open, accepted, returned, reworked
    body TEXT NOT NULL
);
CREATE TABLE line_findings (
    batch TEXT NOT NULL,
    place BIGINT NOT NULL,
    dossier TEXT NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (batch, place)
);
CREATE TABLE cases (
    code TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    handed TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE UNIQUE INDEX batches_unfinished ON batches (key) WHERE state <> 'finished';
CREATE UNIQUE INDEX dossiers_name ON dossiers (fonds, code);
CREATE INDEX deliveries_dossier ON deliveries (dossier);
CREATE UNIQUE INDEX files_path ON files (batch, path) WHERE batch <> 'restored';
CREATE INDEX files_batch ON files (batch);
CREATE INDEX files_dossier ON files (dossier, sha256);
CREATE INDEX files_bytes ON files (sha256);
CREATE INDEX files_repeats ON files (duplicate_of);
CREATE UNIQUE INDEX pages_number ON pages (file, number);
CREATE INDEX pages_dossier ON pages (dossier);
CREATE UNIQUE INDEX documents_number ON documents (dossier, number);
CREATE INDEX tasks_ready ON tasks (grp DESC, priority DESC, id);
CREATE INDEX tasks_batch ON tasks (batch);
CREATE INDEX tasks_item ON tasks (item);
CREATE INDEX keys_by_user ON keys (user_name, used_for);
CREATE INDEX uploads_unit ON uploads (unit, id);
CREATE INDEX uploads_state ON uploads (state, id);
CREATE UNIQUE INDEX upload_files_path ON upload_files (upload, path);
CREATE INDEX upload_files_order ON upload_files (upload, id);
CREATE INDEX upload_files_state ON upload_files (upload, state, id);
CREATE INDEX upload_files_count ON upload_files (upload, state, absent, bytes);
CREATE INDEX upload_files_sha256 ON upload_files (upload, sha256);
CREATE INDEX upload_files_last ON upload_files (upload, last);
CREATE INDEX upload_files_dossier ON upload_files (upload, dossier);
CREATE INDEX upload_files_extra ON upload_files (upload, covered, named);
CREATE INDEX upload_files_twin ON upload_files (twin);
CREATE INDEX upload_lists_upload ON upload_lists (upload);
CREATE INDEX upload_entries_last ON upload_entries (upload, last);
CREATE INDEX upload_entries_list ON upload_entries (list, last);
CREATE INDEX upload_entries_came ON upload_entries (upload, came, list, line);
CREATE UNIQUE INDEX users_by_subject ON users (subject);
CREATE INDEX searches_by_user ON searches (user_name, id);
CREATE INDEX events_at ON events (at);
CREATE INDEX events_batch ON events (batch, seq);
CREATE INDEX uploads_batch ON uploads (batch);
CREATE INDEX roadmap_lines_unit ON roadmap_lines (unit);
CREATE INDEX batches_line ON batches (line);
CREATE INDEX tasks_line ON tasks (line, grp DESC, priority DESC, id);
CREATE INDEX tasks_urgent ON tasks (priority DESC, grp DESC, id) WHERE priority > 0;
CREATE INDEX lots_line ON lots (line, id);
CREATE INDEX documents_lot ON documents (lot);
CREATE INDEX line_findings_dossier ON line_findings (batch, dossier);
CREATE INDEX cases_unit ON cases (unit);
CREATE INDEX documents_waiting ON documents (id) WHERE queue <> '';
CREATE INDEX documents_queue ON documents (queue, id) WHERE queue <> '';
CREATE INDEX batches_delivered ON batches (id) WHERE unit <> '';
CREATE INDEX roadmap_lines_decision ON roadmap_lines (decision, place, code, work_version);
COMMIT;
