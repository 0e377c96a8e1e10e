//! `countersign redact`: names become pseudonyms that keep what a diagnosis looks at; credentials go.

pub(crate) mod key_file;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use countersign_diagnose::evidence::RequestText;
use countersign_diagnose::redact::{Given, Law, redact_texts};

use super::Exit;
use crate::diagnostic::Diagnostic;
use crate::output::{self, inert};
use crate::read::{self, Input};
use key_file::KeyFile;

const EXAMPLES: &str = "\
Examples:
  An error for a ticket, with no way back:
    aws sts assume-role … 2>&1 | countersign redact

  The files of one problem, under the same names, and back again:
    countersign redact error.txt role.json collect.py --key acme.key --output-dir shared
    countersign redact --restore answer.md --key acme.key

Hidden:
  account ids; names of roles, users, sessions and their paths; ExternalIds,
  session tags, names in OIDC subjects; access key ids and other ids; e-mail
  addresses, hosts, IP addresses, owners of home directories
Removed:
  secret keys, session and web identity tokens, MFA codes, passwords, private
  keys, base64 that holds a name
Kept:
  actions, condition keys, operators, services, regions, partitions, AWS's own
  names, issuers and vendor accounts that everybody knows; code, keywords,
  layout, dates, numbers of up to three digits. Words of AWS's and of languages
  (`admin`, `external`, `test`) are hidden where they stand as somebody's name:
  in an ARN, as an ExternalId, behind `--profile`. In a sentence, as in `our
  admin role`, they stay. Read the result before you share it

The key file holds the real values. Keep it, and share only what was printed.

Exit status: 0 done, 2 a file could not be read or written.";

/// Hide who a text is about, so that it can be shared and still be diagnosed.
///
/// Account ids, names, ExternalIds, addresses and ids become pseudonyms: the same value gets the same one in every file, and
/// values that differ by letter case, white space, a letter or a prefix get pseudonyms that do. Credentials are removed.
/// `countersign diagnose` gives the same answer for the redacted files, about pseudonyms.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files; `-` or nothing is stdin.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Keep the pseudonyms in this file, or take them from it. It is made when it is not there, readable by you only.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// Put the real values back; what was removed stays so.
    #[arg(long, requires = "key")]
    restore: bool,

    /// Write files of the same names into this folder instead of printing. Several files need it.
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

/// What is said of evidence that gets another answer when it is redacted.
const BROKEN: &str =
    "with pseudonyms in the place of names, this evidence is diagnosed otherwise; what is hidden is hidden";

/// The most bytes of one file.
const FILE_BYTES: u64 = 1 << 30;
/// A longer text is no program that calls are looked for in.
const PROGRAM_BYTES: usize = 1 << 20;

/// Redacts or restores.
///
/// # Errors
/// When a file cannot be read or written.
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let stdin = [PathBuf::from("-")];
    let files = if args.files.is_empty() { stdin.as_slice() } else { args.files.as_slice() };
    if files.len() > 1 && args.output_dir.is_none() {
        let help = "name a folder for the results with --output-dir, or give one file at a time with the same --key";
        return Err(Box::new(Diagnostic::error("several files cannot be printed as one", Some(help.to_owned()))).into());
    }
    let inputs = files.iter().map(|path| read::read(path, FILE_BYTES)).collect::<Result<Vec<Input>, _>>()?;
    let written: Vec<String> = match &args.key {
        Some(path) if args.restore => {
            let (key, _) = key_file::existing(path)?;
            inputs.iter().map(|input| key.restore(&input.text)).collect()
        }
        path => {
            let mut file = KeyFile::open(path.as_deref())?;
            let (written, law) = redact_texts(&given(&inputs, files), &mut file.key);
            file.save()?;
            if law == Law::Broken {
                output::talk(&format!("warning: {BROKEN}\n"));
            }
            written
        }
    };
    match &args.output_dir {
        None => output::answer_plain(&written.concat())?,
        Some(folder) => write_all(folder, files, &written)?,
    }
    Ok(Exit::Clean)
}

/// The texts by what they are. Everything is taken in before anything is hidden, so that a value has one pseudonym in all files.
fn given<'i>(inputs: &'i [Input], paths: &[PathBuf]) -> Vec<Given<'i>> {
    let one = |(input, path): (&'i Input, &PathBuf)| {
        if !is_program(input, path) {
            return Given::Text(&input.text);
        }
        let kind = path.extension().and_then(|extension| extension.to_str()).unwrap_or("ini");
        Given::Calls(super::diagnose::read_request(&input.name, Some(kind), &input.text))
    };
    inputs.iter().zip(paths).map(one).collect()
}

/// Whether a file's name says that calls can be read from it.
fn is_program(input: &Input, path: &Path) -> bool {
    let named = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = path.extension().and_then(|extension| extension.to_str());
    let is_read = extension.is_some_and(|extension| extension != "json" && RequestText::reads(extension));
    input.text.len() <= PROGRAM_BYTES && (is_read || matches!(named, "config" | "credentials"))
}

fn write_all(folder: &Path, files: &[PathBuf], written: &[String]) -> anyhow::Result<()> {
    let failed = |name: &str, error: &std::io::Error| -> anyhow::Error {
        let help = Some("check the permissions of the folder".to_owned());
        Box::new(Diagnostic::error(format!("cannot write `{name}`: {}", error.kind()), help)).into()
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(&folder.display().to_string(), &error))?;
    let named: Vec<PathBuf> = files
        .iter()
        .map(|path| folder.join(path.file_name().filter(|_| path != Path::new("-")).unwrap_or("stdin".as_ref())))
        .collect();
    let twice = named.iter().enumerate().find(|(at, path)| named.iter().take(*at).any(|other| other == *path));
    if let Some(there) = twice.map(|(_, path)| path).or_else(|| named.iter().find(|path| path.exists())) {
        let help = "name an empty folder: nothing is written over".to_owned();
        let message = format!("`{}` would be written over", there.display());
        return Err(Box::new(Diagnostic::error(message, Some(help))).into());
    }
    for (path, text) in named.iter().zip(written) {
        let name = path.display().to_string();
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        match file.and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => output::talk(&format!("wrote {}\n", inert(&name))),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(failed(&name, &error)),
            Err(error) => return Err(failed(&name, &error)),
        }
    }
    Ok(())
}
