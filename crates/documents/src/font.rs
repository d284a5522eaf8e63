//! A Chinese font of this machine. None is carried in the program: a font is as large as all the rest of it.
use fontdb::{Database, Family, Query, Source};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use ttf_parser::{Face, Tag};

/// What to install where there is none: Debian and Ubuntu, Fedora, Alpine.
pub const PACKAGES: &str = "fonts-noto-cjk, google-noto-sans-cjk-fonts, font-noto-cjk";

/// Bytes of a font file that is looked into.
pub const FONT_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Asked for in this order; any other that has the characters will do.
const FAMILIES: [&str; 12] = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "SimSun",
    "Noto Serif CJK SC",
    "AR PL UMing CN",
];

/// A font that lacks one of these is none for us.
const NEEDED: &str = "电子回单零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整王秀英Aa019.,-*¥";

/// A face and its file's bytes.
pub struct Font {
    pub family: String,
    pub(crate) data: Vec<u8>,
    pub(crate) index: u32,
}

impl std::fmt::Debug for Font {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.family, self.data.len())
    }
}

#[derive(Debug)]
enum Place {
    System,
    Folder(PathBuf),
    Nowhere,
}

/// Where fonts are looked for, once; cheap to clone.
#[derive(Clone, Debug)]
pub struct Fonts(Arc<(Place, OnceLock<Option<Arc<Font>>>)>);

impl Default for Fonts {
    fn default() -> Fonts {
        Fonts::system()
    }
}

impl Fonts {
    fn at(place: Place) -> Fonts {
        Fonts(Arc::new((place, OnceLock::new())))
    }
    /// The folders where this system keeps its fonts.
    pub fn system() -> Fonts {
        Fonts::at(Place::System)
    }
    pub fn folder(path: impl Into<PathBuf>) -> Fonts {
        Fonts::at(Place::Folder(path.into()))
    }
    /// As on a machine without fonts.
    pub fn none() -> Fonts {
        Fonts::at(Place::Nowhere)
    }

    /// The best Chinese font there is. The first call reads it (tens of milliseconds), later ones find it kept: about 20 MB.
    pub fn chinese(&self) -> Option<Arc<Font>> {
        self.0.1.get_or_init(|| look(&self.0.0)).clone()
    }
}

fn look(place: &Place) -> Option<Arc<Font>> {
    let mut all = Database::new();
    match place {
        Place::System => all.load_system_fonts(),
        Place::Folder(path) => all.load_fonts_dir(path),
        Place::Nowhere => return None,
    }
    let named = FAMILIES.iter().filter_map(|name| {
        let families = [Family::Name(name)];
        all.query(&Query { families: &families, ..Query::default() })
    });
    let chinese = |face: &&fontdb::FaceInfo| {
        face.families.iter().any(|(name, _)| name.contains(['宋', '黑', '楷', '体']) || name.contains("CJK"))
    };
    let others = all.faces().filter(chinese).map(|face| face.id);
    named.chain(others).find_map(|id| load(&all, id)).map(Arc::new)
}

fn load(all: &Database, id: fontdb::ID) -> Option<Font> {
    let info = all.face(id)?;
    let path = match &info.source {
        Source::File(path) | Source::SharedFile(path, _) => path,
        Source::Binary(_) => return None,
    };
    if std::fs::metadata(path).ok()?.len() > FONT_BYTES_MAX {
        return None;
    }
    let data = std::fs::read(path).ok()?;
    let font = Font { family: info.families.first()?.0.clone(), data, index: info.index };
    font.is_whole().then_some(font)
}

impl Font {
    /// A font that is no font any more is not found here again.
    pub(crate) fn face(&self) -> Option<Face<'_>> {
        Face::parse(&self.data, self.index).ok()
    }

    /// Outlines that can be taken apart, and every character needed.
    fn is_whole(&self) -> bool {
        let Some(face) = self.face() else { return false };
        let raw = face.raw_face();
        let outlines = [b"CFF ", b"glyf"].iter().any(|tag| raw.table(Tag::from_bytes(tag)).is_some());
        outlines && NEEDED.chars().all(|c| face.glyph_index(c).is_some())
    }
}
