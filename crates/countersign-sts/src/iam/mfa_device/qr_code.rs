//! The QR code that authenticator apps read a device's seed from.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, QrCode};

/// How many pixels a module has on each side.
const SCALE: usize = 4;
/// How many modules of white the standard wants around a code.
const QUIET_ZONE: usize = 4;

/// What AWS documents that the code holds.
pub(super) fn uri(device: &str, account: &str, seed: &str) -> String {
    let [device, account] = [device, account].map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
    format!("otpauth://totp/{device}@{account}?secret={seed}")
}

/// The code of `text` as a picture; `None` for texts that are too long for one.
pub(super) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::new(text).ok()?;
    let side = (code.width() + 2 * QUIET_ZONE) * SCALE;
    let colors = code.to_colors();
    let rows: Vec<&[Color]> = colors.chunks(code.width()).collect();
    let is_dark = |x: usize, y: usize| {
        let module = |pixel: usize| (pixel / SCALE).checked_sub(QUIET_ZONE);
        let color = module(y).and_then(|y| rows.get(y)).and_then(|row| row.get(module(x)?));
        color == Some(&Color::Dark)
    };
    let pixels: Vec<u8> = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| if is_dark(x, y) { 0 } else { 255 })
        .collect();
    let mut picture = Vec::new();
    let pixels_a_side = u32::try_from(side).ok()?;
    let mut encoder = Encoder::new(&mut picture, pixels_a_side, pixels_a_side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().ok()?.write_image_data(&pixels).ok()?;
    Some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_the_code_with_white_around_it() {
        let text = uri("a b", "111122223333", "AAAA");
        assert_eq!(text, "otpauth://totp/a%20b@111122223333?secret=AAAA");
        let picture = png(&text).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let side = reader.next_frame(&mut pixels).unwrap().width as usize;
        let code = QrCode::new(&text).unwrap();
        assert_eq!(side, (code.width() + 8) * 4);
        for y in 0..code.width() {
            for x in 0..code.width() {
                let pixel = pixels[((y + 4) * 4 + 1) * side + (x + 4) * 4 + 1];
                assert_eq!(pixel == 0, code[(x, y)] == Color::Dark, "{x} {y}");
            }
        }
        let border = pixels.iter().take(side * 16).all(|pixel| *pixel == 255);
        assert!(border && pixels.chunks(side).all(|row| row[0] == 255 && row[side - 1] == 255));
    }
}
