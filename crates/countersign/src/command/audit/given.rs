//! Values for what templates leave open.

use std::path::PathBuf;

use countersign_audit::input::Given;

/// The flags.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct GivenArgs {
    /// The value of a Terraform variable, as with `terraform plan -var`; repeatable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    var: Vec<(String, String)>,

    /// A file of Terraform variables (.tfvars, .tfvars.json); repeatable, and later ones win.
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,

    /// The value of a CloudFormation parameter; repeatable.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    parameter: Vec<(String, String)>,
}

impl GivenArgs {
    /// The values, for the readers: those of the configuration, and over them what was typed.
    pub(crate) fn over(&self, configured: &Given) -> Given {
        let mut given = configured.clone();
        given.variables.extend(self.var.iter().cloned());
        given.variable_files.extend(self.var_file.iter().map(|path| path.display().to_string()));
        given.parameters.extend(self.parameter.iter().cloned());
        given
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
