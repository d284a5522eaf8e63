//! Drawn faces of staff: invented like everything here, so no picture of anybody is needed.
//!
//! A face is 96 by 96 pixels in eight colours, as an indexed PNG (ISO/IEC 15948). Hair, skin and coat follow from the seed and
//! the number of the member of staff alone.
use crate::dice::Dice;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

/// Pixels of a side.
pub const SIDE: i32 = 96;

type Colour = [u8; 3];
const GROUNDS: [Colour; 4] = [[226, 240, 241], [253, 242, 223], [233, 239, 240], [227, 244, 235]];
const SKINS: [Colour; 3] = [[244, 208, 177], [232, 190, 156], [214, 169, 134]];
const HAIRS: [Colour; 3] = [[28, 24, 22], [58, 43, 35], [92, 90, 92]];
const COATS: [Colour; 3] = [[10, 79, 93], [7, 48, 58], [100, 57, 0]];
const WHITE: Colour = [250, 250, 250];
const INK: Colour = [30, 30, 34];
const LIPS: Colour = [166, 84, 76];
const LAMP: Colour = [243, 176, 75];

/// Places in the palette.
#[derive(Clone, Copy)]
enum Paint {
    Ground,
    Skin,
    Hair,
    Coat,
    White,
    Ink,
    Lips,
    Lamp,
}

/// The face of a member of staff, as a PNG file.
pub fn portrait(seed: u64, number: &str) -> Vec<u8> {
    let mut dice = Dice::new(seed, &format!("portrait {number}"));
    let palette =
        [*dice.pick(&GROUNDS), *dice.pick(&SKINS), *dice.pick(&HAIRS), *dice.pick(&COATS), WHITE, INK, LIPS, LAMP];
    let long_hair = dice.permille(500);
    let glasses = dice.permille(300);
    let mut rows = Vec::with_capacity((SIDE * (SIDE + 1)) as usize);
    for y in 0..SIDE {
        rows.push(0);
        rows.extend((0..SIDE).map(|x| paint(x, y, long_hair, glasses) as u8));
    }
    png(&palette, &rows)
}

fn within(x: i32, y: i32, (cx, cy): (i32, i32), (rx, ry): (i32, i32)) -> bool {
    let (dx, dy) = (i64::from(x - cx), i64::from(y - cy));
    let (rx, ry) = (i64::from(rx), i64::from(ry));
    dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry
}

/// From the front to the back.
fn paint(x: i32, y: i32, long_hair: bool, glasses: bool) -> Paint {
    let eyes = [(39, 47), (57, 47)];
    let near = |radius: (i32, i32)| eyes.iter().any(|eye| within(x, y, *eye, radius));
    let fringe = within(x, y, (48, 26), (22, 10));
    match () {
        () if near((2, 3)) => Paint::Ink,
        () if glasses && near((8, 7)) && !near((6, 5)) => Paint::Ink,
        () if glasses && y == 46 && (46..=50).contains(&x) => Paint::Ink,
        () if within(x, y, (48, 61), (7, 3)) && y >= 61 => Paint::Lips,
        () if fringe => Paint::Hair,
        () if within(x, y, (48, 46), (20, 24)) => Paint::Skin,
        () if (42..=54).contains(&x) && (64..=78).contains(&y) => Paint::Skin,
        () if y >= 76 && (x - 48).abs() <= (90 - y).max(0) / 2 => Paint::White,
        () if within(x, y, (66, 86), (3, 3)) => Paint::Lamp,
        () if within(x, y, (48, 100), (38, 28)) => Paint::Coat,
        () if within(x, y, (48, 38), (25, 26)) => Paint::Hair,
        () if long_hair && (24..=72).contains(&x) && (38..=74).contains(&y) => Paint::Hair,
        () => Paint::Ground,
    }
}

fn png(palette: &[Colour], rows: &[u8]) -> Vec<u8> {
    let mut header = Vec::new();
    header.extend((SIDE as u32).to_be_bytes());
    header.extend((SIDE as u32).to_be_bytes());
    // Eight bits, palette, and the one method there is of each.
    header.extend([8, 3, 0, 0, 0]);
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let data = packed.write_all(rows).and_then(|()| packed.finish()).unwrap_or_default();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &header);
    chunk(&mut out, b"PLTE", &palette.concat());
    chunk(&mut out, b"IDAT", &data);
    chunk(&mut out, b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(body);
    out.extend((body.len() as u32).to_be_bytes());
    out.extend(name);
    out.extend(body);
    out.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_is_a_small_picture_and_always_the_same() {
        let face = portrait(7, "1001");
        assert_eq!(face, portrait(7, "1001"));
        assert!(face.starts_with(b"\x89PNG\r\n\x1a\n") && face.len() < 4_000, "{} bytes", face.len());
        assert_ne!(face, portrait(8, "1001"));
    }
}
