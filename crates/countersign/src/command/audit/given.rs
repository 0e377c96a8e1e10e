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
    /// The values, for the readers.
    pub(super) fn given(&self) -> Given {
        Given {
            variables: self.var.iter().cloned().collect(),
            variable_files: self.var_file.iter().map(|path| path.display().to_string()).collect(),
            parameters: self.parameter.iter().cloned().collect(),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
