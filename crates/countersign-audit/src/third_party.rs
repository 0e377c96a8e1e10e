//! Who the third parties are: their names, which of them the user knows, and which roles may let them in.

use countersign_policy::prove::Deputy;

use crate::config::{Config, Customers, Partner, Party, RoleRule};
use crate::role::Role;
use crate::vendor::Vendors;

/// What is known of third parties. None of it makes one trusted.
#[derive(Debug, Clone, Default)]
pub struct ThirdParties {
    vendors: Vendors,
    partners: Vec<Partner>,
    roles: Vec<RoleRule>,
}

impl ThirdParties {
    /// The vendors with these names, and the partners and rules of the configuration.
    #[must_use]
    pub fn new(vendors: Vendors, config: &Config) -> Self {
        Self { vendors, partners: config.partners.clone(), roles: config.roles.clone() }
    }

    /// The partner that the deputy is.
    #[must_use]
    pub fn partner(&self, deputy: &Deputy) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.party.covers(deputy))
    }

    /// The deputy's name, as the user or the vendors' lists give it.
    #[must_use]
    pub fn name(&self, deputy: &Deputy) -> Option<String> {
        let partner = self.partner(deputy).map(|partner| partner.name.clone());
        partner.or_else(|| self.vendors.of(deputy.account()?).map(ToString::to_string))
    }

    /// The deputy's name in brackets, with a blank before it; nothing when it has none.
    #[must_use]
    pub fn name_in_brackets(&self, deputy: &Deputy) -> String {
        self.name(deputy).map_or(String::new(), |name| format!(" ({name})"))
    }

    /// The partner that the deputy is, if the user says that it works for nobody else. Nobody can trick it then.
    #[must_use]
    pub fn has_no_other_customers(&self, deputy: &Deputy) -> Option<&Partner> {
        self.partner(deputy).filter(|partner| partner.customers == Customers::OnlyUs)
    }

    /// Those that the role may let in, by every rule that is about it; `None` when no rule is.
    #[must_use]
    pub fn allowed_on(&self, role: &Role) -> Option<Vec<&Party>> {
        let mut rules = self.roles.iter().filter(|rule| rule.name.matches(role)).peekable();
        rules.peek()?;
        Some(rules.flat_map(|rule| &rule.vendors).collect())
    }
}
