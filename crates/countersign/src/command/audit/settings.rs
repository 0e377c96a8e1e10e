//! What an audit goes by: `countersign.toml`, lists of vendors, and the flags that add to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign_audit::config::{self, Config, FILE_NAME};
use countersign_audit::examine::Options;
use countersign_audit::source::{InputProblem, ProblemSeverity, SourceFile};
use countersign_audit::third_party::ThirdParties;
use countersign_audit::vendor::Vendors;
use countersign_policy::condition::date::Moment;
use countersign_policy::document::{Problem, Severity};

use crate::diagnostic::Diagnostic;
use crate::read::{self, Input};
use crate::yaml::parse_yaml;

/// Largest configuration and list of vendors.
const MAX_BYTES: u64 = 16 << 20;

/// Where the settings come from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct SettingsArgs {
    /// The configuration; without it, the countersign.toml in the audited folder or the nearest one above, as far as the
    /// git repository goes.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Look for no configuration.
    #[arg(long, conflicts_with = "config")]
    no_config: bool,

    /// A list of vendors' accounts in the format of known_aws_accounts (YAML), for their names; repeatable, and later lists
    /// win.
    #[arg(long, value_name = "FILE")]
    vendors: Vec<PathBuf>,
}

/// The configuration, the vendors, and what was odd about them.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) vendors: Vendors,
    /// Where the configuration was found.
    pub(crate) path: Option<String>,
    /// Warnings.
    pub(crate) problems: Vec<InputProblem>,
}

impl Settings {
    /// Reads the settings for an audit of `paths`.
    ///
    /// # Errors
    /// What is wrong: with a mistake in them nobody knows what the user wanted to be told.
    pub(crate) fn load(args: &SettingsArgs, paths: &[PathBuf], now: Moment) -> Result<Self, Vec<Diagnostic>> {
        let mut settings = Self { vendors: Vendors::built_in(), ..Self::default() };
        for path in &args.vendors {
            settings.add_vendors(path)?;
        }
        let path = match (&args.config, args.no_config) {
            (Some(path), _) => Some(path.clone()),
            (None, true) => None,
            (None, false) => find(paths).map_err(|diagnostic| vec![*diagnostic])?,
        };
        if let Some(path) = path {
            let input = read::read(&path, MAX_BYTES).map_err(|diagnostic| vec![*diagnostic])?;
            let (config, problems) = config::read(&input.text, &settings.vendors, now);
            settings.note(&input, &problems)?;
            settings.config = config;
            settings.path = Some(input.name);
        }
        Ok(settings)
    }

    /// What the settings say about the owner and third parties, for the examination of roles.
    pub(crate) fn apply(&self, options: &mut Options) {
        options.own_accounts.extend(&self.config.own_accounts);
        options.own_organizations.extend(self.config.own_organizations.iter().cloned());
        options.assumptions = self.config.assumptions;
        options.third_parties = Arc::new(ThirdParties::new(self.vendors.clone(), &self.config));
    }

    fn add_vendors(&mut self, path: &Path) -> Result<(), Vec<Diagnostic>> {
        let input = read::read(path, MAX_BYTES).map_err(|diagnostic| vec![*diagnostic])?;
        let documents = parse_yaml(&input.text).map_err(|problem| vec![Diagnostic::at(&input, &problem)])?;
        for list in &documents {
            let problems = self.vendors.add_list(list);
            self.note(&input, &problems)?;
        }
        if documents.is_empty() {
            let message = format!("`{}` holds no vendors", input.name);
            let help = "write entries such as `- {name: Example, accounts: ['111122223333']}`";
            return Err(vec![Diagnostic::error(message, Some(help.to_owned()))]);
        }
        Ok(())
    }

    /// Keeps warnings for the report.
    fn note(&mut self, input: &Input, problems: &[Problem]) -> Result<(), Vec<Diagnostic>> {
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems.iter().map(|problem| Diagnostic::at(input, problem)).collect());
        }
        let file = SourceFile::new(&input.name, input.text.clone());
        let warnings = problems.iter().map(|problem| InputProblem::in_file(&file, problem, ProblemSeverity::Warning));
        self.problems.extend(warnings);
        Ok(())
    }
}

/// The configuration that governs all paths.
fn find(paths: &[PathBuf]) -> Result<Option<PathBuf>, Box<Diagnostic>> {
    if paths.is_empty() {
        return Ok(nearest(Path::new(".")));
    }
    let mut found: Option<(&Path, Option<PathBuf>)> = None;
    for path in paths {
        let nearest = nearest(path);
        match &found {
            Some((other, theirs)) if *theirs != nearest => {
                let name = |path: &Option<PathBuf>| {
                    path.as_ref().map_or("none".to_owned(), |path| format!("`{}`", path.display()))
                };
                let message = format!(
                    "`{}` and `{}` have different configurations: {} and {}",
                    read::name(other),
                    read::name(path),
                    name(theirs),
                    name(&nearest)
                );
                let help = "name the one that counts with --config, or audit them one by one".to_owned();
                return Err(Box::new(Diagnostic::error(message, Some(help))));
            }
            Some(_) => {}
            None => found = Some((path, nearest)),
        }
    }
    Ok(found.and_then(|(_, path)| path))
}

/// The configuration in the folder of `path` (the current one for stdin), or the nearest one above within a git repository.
fn nearest(path: &Path) -> Option<PathBuf> {
    let start = if path == Path::new("-") { Path::new(".") } else { path };
    let real = start.canonicalize().ok()?;
    let here = Path::new(".").canonicalize().ok()?;
    let mut folders = real.ancestors().skip(usize::from(!real.is_dir()));
    let top = folders.clone().position(|folder| folder.join(".git").exists());
    let found =
        folders.by_ref().take(top.map_or(usize::MAX, |top| top + 1)).find(|folder| folder.join(FILE_NAME).is_file())?;
    let shown = found.strip_prefix(&here).unwrap_or(found);
    Some(shown.join(FILE_NAME))
}
