//! Files that somebody else named: a credential, an attachment, a saved plan, a list.
//!
//! Owns reading them to a limit. Refuses what is no regular file: a pipe would be waited on for ever, and a device has no end.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file of at most so many bytes. The words of its errors go after `cannot be read: `.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let other = || io::Error::other("it is no regular file");
    // Asked before it is opened: opening a pipe waits until somebody writes into it.
    if !fs::metadata(path)?.is_file() {
        return Err(other());
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(other());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or(0));
    // The limit holds while reading too: a file may grow, and those of /proc say that they are empty.
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(io::Error::other(format!("it is larger than {}", size(most)))) } else { Ok(bytes) }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000.. => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &Path, most: u64) -> Result<usize, String> {
        read_regular(path, most).map(|bytes| bytes.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, [b'x'; 2_000]).expect("a file");
        assert_eq!(told(&path, 2_000), Ok(2_000));
        assert_eq!(told(&path, 1_999), Err("it is larger than 1 kB".to_owned()));
        assert_eq!(told(folder.path(), 9), Err("it is no regular file".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_not_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        std::os::unix::fs::symlink("/dev/zero", &link).expect("a link");
        for path in [&pipe, &link] {
            assert_eq!(told(path, 9), Err("it is no regular file".to_owned()));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_without_a_length_is_read_to_the_limit_too() {
        // The kernel makes its content while it is read, and calls it empty.
        assert_eq!(told(Path::new("/proc/self/maps"), 9), Err("it is larger than 0 kB".to_owned()));
    }
}
