//! A paper as a PDF: tagged, with language and title, the font cut down to the characters used. The same paper is the same file, byte by
//! byte.
use crate::font::Font;
use crate::layout::{HEIGHT, Ink, Kid, Laid, Role, lay};
use crate::paper::Paper;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use kernel::{Error, Result};
use pdf_writer::types::{ArtifactType, CidFontType, FontFlags, StructRole, SystemInfo, TableHeaderScope, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;
use std::io::Write;
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId, RawFace, Tag};

/// Pages of one paper at most.
pub const PAGES_MAX: usize = 60;

const FONT_NAME: Name<'static> = Name(b"F");
const PRODUCER: &str = "Yizhan";
/// From tenths of a point to points.
const SCALE: [f32; 6] = [0.1, 0.0, 0.0, 0.1, 0.0, 0.0];
const QUIET_GRAY: f32 = 0.35;
const RULE_GRAY: f32 = 0.8;
const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Draws a paper. `PAPER_TOO_LONG` beyond [`PAGES_MAX`] pages.
pub fn pdf(paper: &Paper, font: &Font) -> Result<Vec<u8>> {
    let face = font.face().ok_or_else(|| Error::broken("a font that was found cannot be read"))?;
    let laid = lay(paper, &|c| advance(&face, glyph(&face, c)))?;
    let mut used = Used::default();
    let pages: Vec<Vec<u8>> = laid.pages.iter().map(|marks| used.page(&face, marks)).collect();
    Writer::new(laid.pages.len(), laid.nodes.len()).write(paper, &laid, &pages, &used, font, &face)
}

fn glyph(face: &Face<'_>, c: char) -> GlyphId {
    face.glyph_index(c).unwrap_or(GlyphId(0))
}

/// In thousandths of the size.
fn advance(face: &Face<'_>, glyph: GlyphId) -> i32 {
    thousandths(face, i32::from(face.glyph_hor_advance(glyph).unwrap_or(0)))
}

fn thousandths(face: &Face<'_>, units: i32) -> i32 {
    units * 1_000 / i32::from(face.units_per_em()).max(1)
}

/// The characters of the paper as glyphs of the smaller font.
#[derive(Default)]
struct Used {
    glyphs: GlyphRemapper,
    /// By new glyph: what it stands for, and how wide it is.
    known: BTreeMap<u16, (char, i32)>,
}

impl Used {
    fn text(&mut self, face: &Face<'_>, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for c in text.chars() {
            let old = glyph(face, c);
            let new = self.glyphs.remap(old.0);
            self.known.entry(new).or_insert((c, advance(face, old)));
            out.extend(new.to_be_bytes());
        }
        out
    }

    fn page(&mut self, face: &Face<'_>, marks: &[crate::layout::Mark]) -> Vec<u8> {
        let mut content = Content::new();
        content.transform(SCALE);
        for (n, mark) in marks.iter().enumerate() {
            match mark.node {
                Some(_) => {
                    content.begin_marked_content_with_properties(Name(b"Span")).properties().identify(n as i32);
                }
                None => {
                    content
                        .begin_marked_content_with_properties(Name(b"Artifact"))
                        .properties()
                        .artifact()
                        .kind(ArtifactType::Layout);
                }
            }
            for ink in &mark.ink {
                self.ink(face, &mut content, ink);
            }
            content.end_marked_content();
        }
        content.finish().into_vec()
    }

    fn ink(&mut self, face: &Face<'_>, content: &mut Content, ink: &Ink) {
        match ink {
            Ink::Text { x, y, size, text, quiet } => {
                let glyphs = self.text(face, text);
                content.set_fill_gray(if *quiet { QUIET_GRAY } else { 0.0 });
                content.begin_text();
                content.set_font(FONT_NAME, *size as f32);
                content.set_text_matrix([1.0, 0.0, 0.0, 1.0, *x as f32, (HEIGHT - y) as f32]);
                content.show(Str(&glyphs));
                content.end_text();
            }
            Ink::Box { x, y, w, h, quiet } => {
                content.set_fill_gray(if *quiet { RULE_GRAY } else { 0.0 });
                content.rect(*x as f32, (HEIGHT - y - h) as f32, *w as f32, *h as f32);
                content.fill_nonzero();
            }
        }
    }
}

fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = ZlibEncoder::new(Vec::new(), Compression::default());
    out.write_all(bytes).and_then(|()| out.finish()).map_err(|e| Error::broken("a stream was not packed").caused_by(e))
}

/// The numbers of the file's objects.
struct Writer {
    catalog: Ref,
    tree: Ref,
    root: Ref,
    font: Ref,
    cid: Ref,
    descriptor: Ref,
    cmap: Ref,
    file: Ref,
    info: Ref,
    pages: Vec<(Ref, Ref)>,
    nodes: Vec<Ref>,
}

impl Writer {
    fn new(pages: usize, nodes: usize) -> Writer {
        let mut next = 0;
        let mut one = || {
            next += 1;
            Ref::new(next)
        };
        let [catalog, tree, root, font, cid, descriptor, cmap, file, info] = std::array::from_fn(|_| one());
        let pages = (0..pages).map(|_| (one(), one())).collect();
        let nodes = (0..nodes).map(|_| one()).collect();
        Writer { catalog, tree, root, font, cid, descriptor, cmap, file, info, pages, nodes }
    }

    fn write(
        self,
        paper: &Paper,
        laid: &Laid,
        pages: &[Vec<u8>],
        used: &Used,
        font: &Font,
        face: &Face<'_>,
    ) -> Result<Vec<u8>> {
        let mut pdf = Pdf::new();
        pdf.set_file_id((paper.id.to_vec(), paper.id.to_vec()));
        self.catalog(&mut pdf, paper);
        for (n, ((page, content), bytes)) in self.pages.iter().zip(pages).enumerate() {
            let mut p = pdf.page(*page);
            p.parent(self.tree)
                .media_box(Rect::new(0.0, 0.0, 595.3, 841.9))
                .contents(*content)
                .struct_parents(n as i32);
            p.resources().fonts().pair(FONT_NAME, self.font);
            p.finish();
            pdf.stream(*content, &packed(bytes)?).filter(Filter::FlateDecode);
        }
        pdf.pages(self.tree).kids(self.pages.iter().map(|(page, _)| *page)).count(self.pages.len() as i32);
        self.structure(&mut pdf, laid);
        self.typeface(&mut pdf, used, font, face)?;
        Ok(pdf.finish())
    }

    fn catalog(&self, pdf: &mut Pdf, paper: &Paper) {
        let mut catalog = pdf.catalog(self.catalog);
        catalog.pages(self.tree).lang(TextStr(&paper.lang));
        catalog.mark_info().marked(true);
        catalog.viewer_preferences().display_doc_title(true);
        catalog.pair(Name(b"StructTreeRoot"), self.root);
        catalog.finish();
        let mut info = pdf.document_info(self.info);
        info.title(TextStr(&paper.title)).author(TextStr(&paper.bank)).producer(TextStr(PRODUCER));
    }

    fn structure(&self, pdf: &mut Pdf, laid: &Laid) {
        let mut root = pdf.indirect(self.root).dict();
        root.pair(Name(b"Type"), Name(b"StructTreeRoot")).pair(Name(b"K"), self.nodes[0]);
        let mut parents = root.insert(Name(b"ParentTree")).dict();
        let mut numbers = parents.insert(Name(b"Nums")).array();
        for (n, marks) in laid.pages.iter().enumerate() {
            numbers.item(n as i32);
            let mut of_page = numbers.push().array();
            for mark in marks {
                match mark.node {
                    Some(node) => of_page.item(self.nodes[node]),
                    None => of_page.item(pdf_writer::Null),
                };
            }
        }
        numbers.finish();
        parents.finish();
        root.pair(Name(b"ParentTreeNextKey"), laid.pages.len() as i32);
        root.finish();
        for (n, node) in laid.nodes.iter().enumerate() {
            let mut element = pdf.struct_element(self.nodes[n]);
            let (role, scope) = role(node.role);
            element.kind(role).parent(if n == 0 { self.root } else { self.nodes[node.parent] });
            if !node.alt.is_empty() {
                element.alt(TextStr(&node.alt));
            }
            if let Some(scope) = scope {
                element.attributes().push().table().scope(scope);
            }
            let mut kids = element.children();
            for kid in &node.kids {
                match kid {
                    Kid::Node(child) => {
                        kids.struct_element(self.nodes[*child]);
                    }
                    Kid::Mark(page, mark) => {
                        kids.marked_content_ref().page(self.pages[*page].0).marked_content_id(*mark as i32);
                    }
                }
            }
        }
    }

    fn typeface(&self, pdf: &mut Pdf, used: &Used, font: &Font, face: &Face<'_>) -> Result<()> {
        let cut = subsetter::subset(&font.data, font.index, &used.glyphs)
            .map_err(|e| Error::broken(format!("the font {} cannot be cut down: {e:?}", font.family)))?;
        let raw = RawFace::parse(&cut, 0).map_err(|e| Error::broken(format!("a cut down font is none: {e}")))?;
        let outlines = raw.table(Tag::from_bytes(b"CFF "));
        let name = format!("YZHBSS+{}", font.family.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
        let name = Name(name.as_bytes());
        pdf.type0_font(self.font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(self.cid)
            .to_unicode(self.cmap);
        let mut cid = pdf.cid_font(self.cid);
        cid.subtype(if outlines.is_some() { CidFontType::Type0 } else { CidFontType::Type2 });
        cid.base_font(name).system_info(IDENTITY).font_descriptor(self.descriptor).default_width(1000.0);
        if outlines.is_none() {
            cid.cid_to_gid_map_predefined(Name(b"Identity"));
        }
        cid.widths()
            .consecutive(0, (0..used.glyphs.num_gids()).map(|g| used.known.get(&g).map_or(1_000, |k| k.1) as f32));
        cid.finish();
        self.descriptor(pdf, name, face, outlines.is_some());
        let mut cmap = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
        used.known.iter().filter(|(glyph, _)| **glyph != 0).for_each(|(glyph, (c, _))| cmap.pair(*glyph, *c));
        pdf.cmap(self.cmap, &packed(cmap.finish().as_slice())?).filter(Filter::FlateDecode);
        let bytes = packed(outlines.unwrap_or(&cut))?;
        let mut file = pdf.stream(self.file, &bytes);
        file.filter(Filter::FlateDecode);
        if outlines.is_some() {
            file.pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        } else {
            file.pair(Name(b"Length1"), cut.len() as i32);
        }
        Ok(())
    }

    fn descriptor(&self, pdf: &mut Pdf, name: Name<'_>, face: &Face<'_>, cff: bool) {
        let unit = |n: i16| thousandths(face, i32::from(n)) as f32;
        let b = face.global_bounding_box();
        let mut d = pdf.font_descriptor(self.descriptor);
        d.name(name).flags(FontFlags::SYMBOLIC).italic_angle(0.0).stem_v(80.0);
        d.bbox(Rect::new(unit(b.x_min), unit(b.y_min), unit(b.x_max), unit(b.y_max)));
        d.ascent(unit(face.ascender()))
            .descent(unit(face.descender()))
            .cap_height(unit(face.capital_height().unwrap_or(700)));
        if cff {
            d.font_file3(self.file)
        } else {
            d.font_file2(self.file)
        };
    }
}

fn role(role: Role) -> (StructRole, Option<TableHeaderScope>) {
    match role {
        Role::Document => (StructRole::Document, None),
        Role::H1 => (StructRole::H1, None),
        Role::H2 => (StructRole::H2, None),
        Role::P => (StructRole::P, None),
        Role::Table => (StructRole::Table, None),
        Role::Row => (StructRole::TR, None),
        Role::HeadOfColumn => (StructRole::TH, Some(TableHeaderScope::Column)),
        Role::HeadOfRow => (StructRole::TH, Some(TableHeaderScope::Row)),
        Role::Cell => (StructRole::TD, None),
        Role::Figure => (StructRole::Figure, None),
    }
}
