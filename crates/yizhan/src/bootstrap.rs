//! `yizhan bootstrap`: the first minute of a bank of one's own. Head office, two administrators and their logins; all else
//! they do on the pages. The passwords and authenticator secrets are made here and shown once.
use crate::args::Bootstrap;
use crate::exit::{Done, Outcome};
use crate::place::Place;
use app::demo_load::{self, State};
use kernel::{Actor, Error, Who};
use party::{BranchKind, BranchNew, GrantAsk, LoginNew, PasswordCost, PasswordHash, Role, StaffNew};
use serde_json::json;

kernel::codes! {
    BANK_EXISTS: Refused, "bank_exists", "choose an empty data directory, or sign in as one of its administrators";
}

#[derive(Clone)]
struct First {
    name: String,
    hash: PasswordHash,
    secret: [u8; party::TOTP_SECRET_BYTES],
}

pub fn bootstrap(place: &Place, args: Bootstrap) -> Outcome {
    let bank = place.open()?;
    if demo_load::state(&bank)? != State::Fresh {
        return Err(Error::new(&BANK_EXISTS, format!("there is a bank in {} already", place.data.display())).into());
    }
    let (mut text, mut list, mut first) = (String::new(), Vec::new(), Vec::new());
    for name in args.admins {
        let (password, secret) = (party::first_password(), party::totp_secret_new());
        let hash = PasswordCost::default().hash(&name, &password)?;
        let url = party::totp_url(&secret, &name);
        text.push_str(&format!("{name}\n  password      {password}\n  authenticator {url}\n"));
        list.push(json!({ "name": name, "password": password, "authenticator": url }));
        first.push(First { name, hash, secret });
    }
    let new = BranchNew {
        code: args.code.clone(),
        parent: None,
        kind: BranchKind::HeadOffice,
        name_zh: args.name_zh,
        name_en: args.name_en,
        address_zh: String::new(),
        address_en: String::new(),
        phone: String::new(),
    };
    let code = args.code;
    bank.store.write(move |tx| {
        let actor = Actor::system("bootstrap");
        let branch = app::branch_open(tx, &actor, new.clone())?;
        for (n, admin) in first.iter().enumerate() {
            let number = format!("{code}{:03}", n + 1);
            let staff = StaffNew { branch, number, name: admin.name.clone(), person: None };
            let who = Who::Staff(party::staff_join(tx, &actor, staff)?);
            party::grant(tx, &actor, GrantAsk::new(who, Role::HeadOfficeAdmin))?;
            let (name, password, totp_secret) = (admin.name.clone(), admin.hash.clone(), admin.secret);
            party::login_make(tx, &actor, LoginNew { name, who, password, totp_secret, first_password: true })?;
        }
        Ok(())
    })?;
    text.push_str("Shown once. Put each address into an authenticator, sign in, and choose a password of your own: nothing else can be done before.");
    Ok(Done::new(text, json!({ "administrators": list })))
}
