//! The site behind a wage account: what is written down of it, what has to be done by which day, and the form that writes it.
use super::desk::fault;
use super::{Page as Sheet, given, next_href, page, refused, say};
use crate::api::unknown_to_others;
use crate::gate::Signed;
use crate::http::csrf::Checked;
use crate::http::read::At;
use crate::http::redirect::see_other;
use crate::look::*;
use crate::state::Web;
use crate::words::{Lang, Words};
use crate::{Fault, Shown};
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::id::{FirmId, ProjectId};
use kernel::{Currency, Date, Error, Kind, Money, PageAsk};
use maud::{Markup, html};
use party::Permission as P;
use payroll::{Profile, Project};
use serde::Deserialize;
use store::Tx;
use worksite::{Amendment, Contacts, Deadline, LabourShare, SiteFile, SiteNew};

/// A text of the data in the reader's language.
pub(super) fn said<'a>(w: Words, zh: &'a str, en: &'a str) -> &'a str {
    if w.lang == Lang::Zh { zh } else { en }
}

/// The project and its site, for those who may read them.
pub(super) struct Place {
    pub project: Project,
    pub file: Option<SiteFile>,
    pub today: Date,
}

pub(super) fn place(tx: &mut Tx<'_>, actor: &kernel::Actor, id: ProjectId) -> kernel::Result<Place> {
    let file = unknown_to_others(worksite::site_view(tx, actor, id), "project", id)?;
    Ok(Place { project: payroll::project_raw(tx, id)?, file, today: tx.now().local_date() })
}

/// The same for those who keep the project.
pub(super) fn kept(tx: &mut Tx<'_>, actor: &kernel::Actor, id: ProjectId) -> kernel::Result<Place> {
    let p = place(tx, actor, id)?;
    let may = party::may(tx, actor, P::WageProjectManage, &party::Scope::firm(p.project.firm));
    unknown_to_others(may, "project", id)?;
    Ok(p)
}

/// A page under the site; its owner comes to it from the list of his sites.
pub(super) fn sheet<'a>(who: &Signed, p: &Place, title: impl Into<Text<'a>>) -> Sheet<'a> {
    let id = p.project.id;
    let own = who.is_staff() || who.firm() == Some(p.project.firm);
    let top = if own {
        Sheet::new(title).crumb(who.t("wages").into_owned(), "/wages")
    } else {
        Sheet::new(title).crumb(who.t("site-owned").into_owned(), "/wages/owned")
    };
    let top = if own { top.crumb(p.project.name.clone(), format!("/wages/projects/{id}")) } else { top };
    top.crumb(who.t("site").into_owned(), format!("/wages/projects/{id}/site"))
}

/// What the law does, or does not, protect: on every page of a site.
pub(super) fn law(who: &Signed, p: &Place) -> Markup {
    let (w, profile) = (who.words(), p.project.profile);
    let Ok(rules) = worksite::profile(profile, p.today) else { return html! {} };
    let tone = if rules.protected { Tone::Info } else { Tone::Warn };
    notice(tone, &say::told(w, "profile", profile.code()), html! { p { (said(w, &rules.zh, &rules.en)) } })
}

/// What the domain says against a form, or the fault.
pub(super) fn against(why: Error) -> Result<Error, Fault> {
    match why.kind() {
        Kind::Refused | Kind::Conflict | Kind::Invalid | Kind::Limit => Ok(why),
        _ => Err(why.into()),
    }
}

pub async fn show(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (p, deadlines, owner) = web
        .read(move |tx| {
            let p = place(tx, &actor, id)?;
            let deadlines = match &p.file {
                Some(_) => worksite::deadlines(tx, id, p.today)?,
                None => Vec::new(),
            };
            let owner = p.file.as_ref().and_then(|f| f.owner_firm);
            let owner = owner.map(|o| party::firm(tx, o)).transpose()?.map(|f| f.credit_code);
            Ok((p, deadlines, owner))
        })
        .await?;
    let main = html! {
        (law(&who, &p))
        @match &p.file {
            None => (empty(&who.t("site"), &who.t("site-none"), file_link(&who, id))),
            Some(f) => {
                (work(&who, &p))
                (deadline_table(&who, &deadlines))
                (facts(&who, f, owner.as_deref()))
            },
        }
    };
    let title = who.words().t_with("site-of", &[("name", p.project.name.as_str().into())]);
    Ok(page(&who, sheet(&who, &p, title).lead(who.t("site-lead").into_owned()), main))
}

fn file_link(who: &Signed, id: ProjectId) -> Markup {
    let href = format!("/wages/projects/{id}/site/file");
    html! { @if who.holds(P::WageProjectManage) { (actions(link_button(Button::Primary, &who.t("site-file"), &href))) } }
}

/// What one can do here.
fn work(who: &Signed, p: &Place) -> Markup {
    let id = p.project.id;
    let tile = |icon, key: &str, hint: &str, rest: &str| Tile {
        icon,
        label: who.t(key),
        hint: Some(who.t(hint)),
        href: format!("/wages/projects/{id}/{rest}").into(),
    };
    let mut all = vec![
        tile(Icon::Transfer, "site-money", "site-money-hint", "site/money"),
        tile(Icon::Print, "site-board", "site-board-hint", "board"),
        tile(Icon::Clock, "site-amendments", "site-amendments-hint", "site/amendments"),
    ];
    if who.is_staff() || who.firm() == Some(p.project.firm) {
        all.push(tile(Icon::Account, "site-sharing", "site-sharing-hint", "site/sharing"));
    }
    if who.holds(P::WageProjectManage) {
        all.push(tile(Icon::Bill, "site-papers", "site-papers-hint", "site/papers"));
        all.push(tile(Icon::Person, "site-amend", "site-amend-hint", "site/file"));
    }
    tiles(&all)
}

fn deadline_table(who: &Signed, all: &[Deadline]) -> Markup {
    let w = who.words();
    let state = |d: &Deadline| match (d.done_on, d.late_days) {
        (Some(_), 0) => status(Tone::Good, &who.t("site-done"), "", ""),
        (Some(_), n) => status(Tone::Warn, &w.t_with("site-done-late", &[("n", n.into())]), "", ""),
        (None, 0) => status(Tone::Info, &who.t("site-to-do"), "", ""),
        (None, n) => status(Tone::Danger, &w.t_with("site-late", &[("n", n.into())]), "", ""),
    };
    let row = |d: &Deadline| {
        let done = d.done_on.map_or_else(|| html! { "—" }, |on| day(w, on));
        let what = html! { div { (say::told(w, "site-deadline", d.kind.code())) br; span.hint { (d.basis) } } };
        [what, day(w, d.due_on), done, state(d)]
    };
    let table = Table::new(who.t("site-deadlines"))
        .text(who.t("site-deadline"))
        .text(who.t("site-due-on"))
        .text(who.t("site-done-on"))
        .text(who.t("site-state"));
    table.rows(all.iter().map(row)).show(w)
}

fn facts(who: &Signed, f: &SiteFile, owner: Option<&str>) -> Markup {
    let w = who.words();
    let region = worksite::region(&f.region, f.made_at.local_date());
    let region = region.map_or_else(|_| f.region.clone(), |r| said(w, &r.zh, &r.en).to_owned());
    let labour = html! {
        (f.labour_total().map(|m| amount(w, m)).unwrap_or_default())
        @if let Some(bps) = f.labour_bps { p.hint { (percent(bps)) } }
    };
    let rows = [
        Row::new(who.t("site-works-contract"), html! { (f.works_contract) " · " (day(w, f.signed_on)) }),
        Row::new(who.t("site-price"), amount(w, f.price())),
        Row::new(who.t("site-labour"), labour),
        Row::new(who.t("site-days"), html! { (day(w, f.begins_on)) " – " (day(w, f.ends_on)) }),
        Row::new(who.t("site-region"), html! { (region) br; (f.address) }),
        Row::new(
            who.t("site-owner"),
            html! { (f.owner_name) @if let Some(code) = owner { br; span.hint { (who.t("site-owner-here")) " " (code) } } },
        ),
        Row::new(who.t("site-officer"), html! { (f.officer_masked) }),
        Row::new(who.t("site-pay-by"), html! { (say::told(w, "site-pay-by", f.pay_by.code())) }),
        Row::new(who.t("site-authority"), html! { (f.authority) }),
        Row::new(who.t("site-hotline"), html! { (f.hotline) }),
        Row::new(who.t("site-legal-aid"), html! { (f.legal_aid) }),
    ];
    html! { h2 { (who.t("site-facts")) } (summary_list(w, &rows)) }
}

/// `2500` is `25%`.
pub(super) fn percent(bps: i64) -> String {
    let text = format!("{}.{:02}", bps / 100, bps % 100);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A part in percent with at most two decimals, as 1/100 of them.
pub(super) fn bps(text: &str) -> Option<i64> {
    let plain = kernel::chinese::half_width(text.trim());
    let plain = plain.trim_end_matches('%');
    Money::parse(plain, Currency::CNY).ok().map(|m| m.minor).filter(|n| (1..=10_000).contains(n))
}

pub async fn amendments(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Query(ask): Query<PageAsk>,
) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (p, found) = web
        .read(move |tx| {
            let p = place(tx, &actor, id)?;
            let page = worksite::amendments(tx, &actor, id, &ask)?;
            let names =
                page.items.iter().map(|a| party::who_name(tx, &a.made_by)).collect::<kernel::Result<Vec<_>>>()?;
            Ok((p, (page, names)))
        })
        .await?;
    let (w, (found, names)) = (who.words(), found);
    let label = |field: &str| say::told_or(w, "site-field", field);
    let row = |(a, name): (&Amendment, &String)| {
        let changes =
            html! { ul { @for c in &a.changes.0 { li { (label(&c.field)) ": " (c.before) " → " (c.after) } } } };
        [html! { (a.number) }, changes, html! { (a.reason) }, say::by(w, name, a.made_at)]
    };
    let table = Table::new(who.t("site-amendments"))
        .text(who.t("site-number"))
        .text(who.t("site-changes"))
        .text(who.t("site-reason"))
        .text(who.t("site-made"))
        .rows(found.items.iter().zip(&names).map(row))
        .when_empty(who.t("site-amendments-none"))
        .caption_hidden();
    let main = html! { (law(&who, &p)) (table.show(w)) (pager(w, None, next_href(&who.view, &found.next).as_deref())) };
    Ok(page(&who, sheet(&who, &p, who.t("site-amendments").into_owned()), main))
}

pub async fn owned(State(web): State<Web>, who: Signed, Query(ask): Query<PageAsk>) -> Result<Shown, Fault> {
    let (actor, firm) = (who.actor.clone(), who.firm());
    let (found, names) = web
        .read(move |tx| {
            let firm = firm.ok_or_else(|| Error::forbidden("a firm owns sites"))?;
            let page = worksite::sites_owned(tx, &actor, firm, &ask)?;
            let name = |s: &SiteFile| {
                let project = payroll::project_raw(tx, s.project)?;
                Ok((project.name, party::firm(tx, project.contractor)?.name))
            };
            let names = page.items.iter().map(name).collect::<kernel::Result<Vec<_>>>()?;
            Ok((page, names))
        })
        .await?;
    let w = who.words();
    let row = |(s, (name, contractor)): (&SiteFile, &(String, String))| {
        let at = format!("/wages/projects/{}/site", s.project);
        let money = format!("{at}/money");
        let link = html! { a href=(money) { (who.t("site-money")) } };
        [html! { a href=(at) { (name) } }, html! { (contractor) }, amount(w, s.price()), link]
    };
    let table = Table::new(who.t("site-owned"))
        .text(who.t("project-name"))
        .text(who.t("project-contractor"))
        .figures(who.t("site-price"))
        .actions(who.t("site-money"))
        .rows(found.items.iter().zip(&names).map(row))
        .when_empty(who.t("site-owned-none"))
        .caption_hidden();
    let main = html! { (table.show(w)) (pager(w, None, next_href(&who.view, &found.next).as_deref())) };
    Ok(page(&who, Sheet::new(who.t("site-owned")).lead(who.t("site-owned-lead")).crumb(who.t("wages"), "/wages"), main))
}

/// What is written into the form.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileForm {
    #[serde(rename = "csrf")]
    _csrf: String,
    region: String,
    works_contract: String,
    signed_on: String,
    price: String,
    labour_percent: String,
    labour_amount: String,
    begins_on: String,
    ends_on: String,
    address: String,
    owner_name: String,
    owner_code: String,
    owner_contact: String,
    owner_phone: String,
    contractor_contact: String,
    contractor_phone: String,
    officer_name: String,
    officer_phone: String,
    authority: String,
    hotline: String,
    legal_aid: String,
    pay_by: String,
    reason: String,
}

/// Names of the form's fields that the domain may name.
const FIELDS: &[&str] = &[
    "region",
    "works_contract",
    "signed_on",
    "price",
    "ends_on",
    "address",
    "owner_name",
    "owner_contact",
    "owner_phone",
    "contractor_contact",
    "contractor_phone",
    "officer_name",
    "officer_phone",
    "authority",
    "hotline",
    "legal_aid",
    "pay_by",
];

impl FileForm {
    fn of(new: &SiteNew, owner_code: String) -> FileForm {
        let c = new.contacts.clone();
        let (labour_percent, labour_amount) = match new.labour {
            LabourShare::Bps(b) => (percent(b).trim_end_matches('%').to_owned(), String::new()),
            LabourShare::Amount(a) => (String::new(), a.plain()),
        };
        FileForm {
            region: new.region.clone(),
            works_contract: new.works_contract.clone(),
            signed_on: new.signed_on.to_string(),
            price: new.price.plain(),
            labour_percent,
            labour_amount,
            begins_on: new.begins_on.to_string(),
            ends_on: new.ends_on.to_string(),
            address: new.address.clone(),
            owner_name: new.owner_name.clone(),
            owner_code,
            owner_contact: c.owner_name,
            owner_phone: c.owner_phone,
            contractor_contact: c.contractor_name,
            contractor_phone: c.contractor_phone,
            officer_name: c.officer_name,
            officer_phone: c.officer_phone,
            authority: new.authority.clone(),
            hotline: new.hotline.clone(),
            legal_aid: new.legal_aid.clone(),
            pay_by: new.pay_by.code().into(),
            ..FileForm::default()
        }
    }

    /// The form as the domain takes it, or what is wrong in it. `owner` is the firm of the code, when there is one.
    fn read(&self, who: &Signed, owner: Option<FirmId>) -> Result<SiteNew, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut on = |field: &'static str, text: &str| {
            let read = given::day(who, &mut errors, field, text);
            if text.trim().is_empty() {
                errors.add(field, who.t("site-day-missing"));
            }
            read
        };
        let days = (on("signed_on", &self.signed_on), on("begins_on", &self.begins_on), on("ends_on", &self.ends_on));
        let price = given::amount(who, &mut errors, "price", &self.price);
        let labour = self.labour(who, &mut errors);
        let pay_by = worksite::PayBy::parse(&self.pay_by);
        if pay_by.is_none() {
            errors.add("pay_by", who.t("site-pay-by-missing"));
        }
        if owner.is_none() && !self.owner_code.trim().is_empty() {
            errors.add("owner_code", who.t("opening-firm-unknown"));
        }
        match (days, price, labour, pay_by) {
            ((Some(signed_on), Some(begins_on), Some(ends_on)), Some(price), Some(labour), Some(pay_by))
                if errors.is_empty() =>
            {
                Ok(SiteNew {
                    region: self.region.clone(),
                    works_contract: self.works_contract.clone(),
                    signed_on,
                    price,
                    labour,
                    begins_on,
                    ends_on,
                    address: self.address.clone(),
                    owner_name: self.owner_name.clone(),
                    owner_firm: owner,
                    authority: self.authority.clone(),
                    hotline: self.hotline.clone(),
                    legal_aid: self.legal_aid.clone(),
                    pay_by,
                    contacts: self.contacts(),
                })
            }
            _ => Err(errors),
        }
    }

    fn contacts(&self) -> Contacts {
        Contacts {
            owner_name: self.owner_contact.clone(),
            owner_phone: self.owner_phone.clone(),
            contractor_name: self.contractor_contact.clone(),
            contractor_phone: self.contractor_phone.clone(),
            officer_name: self.officer_name.clone(),
            officer_phone: self.officer_phone.clone(),
        }
    }

    /// Either a part of the price or an amount.
    fn labour(&self, who: &Signed, errors: &mut FieldErrors) -> Option<LabourShare> {
        match (self.labour_percent.trim(), self.labour_amount.trim()) {
            ("", "") => {
                errors.add("labour_percent", who.t("site-labour-missing"));
                None
            }
            ("", text) => given::amount(who, errors, "labour_amount", text).map(LabourShare::Amount),
            (text, "") => {
                let part = bps(text).map(LabourShare::Bps);
                if part.is_none() {
                    errors.add("labour_percent", who.t("site-labour-missing"));
                }
                part
            }
            _ => {
                errors.add("labour_percent", who.t("site-labour-both"));
                None
            }
        }
    }
}

pub async fn form_of(State(web): State<Web>, who: Signed, At(id): At<ProjectId>) -> Result<Shown, Fault> {
    let actor = who.actor.clone();
    let (p, form) = web
        .read(move |tx| {
            let p = kept(tx, &actor, id)?;
            let form = match &p.file {
                Some(f) => {
                    let code = f.owner_firm.map(|o| party::firm(tx, o)).transpose()?.map(|f| f.credit_code);
                    FileForm::of(&f.as_new(tx.keys())?, code.unwrap_or_default())
                }
                None => FileForm { pay_by: "month".into(), ..FileForm::default() },
            };
            Ok((p, form))
        })
        .await?;
    Ok(form_page(&who, &p, &form, &FieldErrors::new()))
}

fn form_page(who: &Signed, p: &Place, given: &FileForm, errors: &FieldErrors) -> Shown {
    let w = who.words();
    let amends = p.file.is_some();
    let fields = html! {
        (works(who, p, given, errors))
        (people(who, given, errors))
        @if amends {
            (text(w, &Field::new("reason", who.t("site-reason")).hint(who.t("site-reason-hint")).value(given.reason.as_str()).errors(errors)))
        }
        (actions(button(Button::Primary, &who.t(if amends { "site-amend-do" } else { "site-file-do" }), None)))
    };
    let at = format!("/wages/projects/{}/site/file", p.project.id);
    let main = html! { (law(who, p)) (error_summary(w, errors)) (form(&who.view, &at, fields)) };
    let title = who.t(if amends { "site-amend" } else { "site-file" }).into_owned();
    page(who, sheet(who, p, title).lead(who.t("site-file-lead").into_owned()).wrong(!errors.is_empty()), main)
}

fn works(who: &Signed, p: &Place, given: &FileForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let regions = worksite::regions(p.today);
    let region = |r: &&worksite::Region| Choice::new(r.code.clone(), said(w, &r.zh, &r.en).to_owned());
    let ways = worksite::PayBy::ALL
        .iter()
        .filter(|b| p.project.profile != Profile::Construction || **b != worksite::PayBy::Order);
    let ways: Vec<Choice<'_>> = ways.map(|b| Choice::new(b.code(), say::told(w, "site-pay-by", b.code()))).collect();
    html! {
        h2 { (who.t("site-works")) }
        (text(w, &field("works_contract", "site-works-contract", &given.works_contract)))
        (date(w, &field("signed_on", "site-signed-on", &given.signed_on), None, Some(p.today)))
        (money(w, &field("price", "site-price", &given.price), Currency::CNY))
        (text(w, &field("labour_percent", "site-labour-percent", &given.labour_percent).hint(who.t("site-labour-hint")).width(Width::Six).optional()))
        (money(w, &field("labour_amount", "site-labour-amount", &given.labour_amount).optional(), Currency::CNY))
        (date(w, &field("begins_on", "site-begins-on", &given.begins_on), None, None))
        (date(w, &field("ends_on", "site-ends-on", &given.ends_on), None, None))
        (select(w, &field("region", "site-region", &given.region), &regions.iter().map(region).collect::<Vec<_>>()))
        (text(w, &field("address", "site-address", &given.address)))
        (radios(w, &field("pay_by", "site-pay-by", &given.pay_by), &ways))
        (text(w, &field("authority", "site-authority", &given.authority).hint(who.t("site-authority-hint"))))
        (text(w, &field("hotline", "site-hotline", &given.hotline).hint(who.t("site-hotline-hint")).width(Width::Twenty).optional()))
        (text(w, &field("legal_aid", "site-legal-aid", &given.legal_aid).hint(who.t("site-hotline-hint")).width(Width::Twenty).optional()))
    }
}

fn people(who: &Signed, given: &FileForm, errors: &FieldErrors) -> Markup {
    let w = who.words();
    let field = |name, key: &str, value: &str| Field::new(name, who.t(key)).value(value.to_owned()).errors(errors);
    let code = field("owner_code", "site-owner-code", &given.owner_code).hint(who.t("site-owner-code-hint"));
    html! {
        h2 { (who.t("site-people")) }
        p { (who.t("site-people-lead")) }
        (text(w, &field("owner_name", "site-owner", &given.owner_name)))
        @if who.is_staff() { (text(w, &code.width(Width::Twenty).optional())) }
        @else { input type="hidden" name="owner_code" value=(given.owner_code); }
        @for (name, key, value) in [
            ("owner_contact", "site-owner-contact", &given.owner_contact), ("owner_phone", "site-owner-phone", &given.owner_phone),
            ("contractor_contact", "site-contractor-contact", &given.contractor_contact), ("contractor_phone", "site-contractor-phone", &given.contractor_phone),
            ("officer_name", "site-officer", &given.officer_name), ("officer_phone", "site-officer-phone", &given.officer_phone),
        ] { (text(w, &field(name, key, value).width(Width::Twenty))) }
    }
}

pub async fn file(
    State(web): State<Web>,
    who: Signed,
    At(id): At<ProjectId>,
    Checked(given): Checked<FileForm>,
) -> Result<Response, Fault> {
    let (actor, code) = (who.actor.clone(), given.owner_code.trim().to_owned());
    let (p, owner) = web.read(move |tx| Ok((kept(tx, &actor, id)?, party::firm_by_code(tx, &code)?))).await?;
    let new = match given.read(&who, owner) {
        Ok(new) => new,
        Err(errors) => return Ok(refused(form_page(&who, &p, &given, &errors))),
    };
    let (actor, why, amends) = (who.actor.clone(), given.reason.clone(), p.file.is_some());
    let done = web.write(move |tx| match amends {
        true => worksite::amend(tx, &actor, id, &new, &why),
        false => worksite::file_site(tx, &actor, id, &new),
    });
    match done.await {
        Ok(_) => Ok(see_other(&format!("/wages/projects/{id}/site"))),
        Err(why) => {
            let why = against(why)?;
            let other = if amends { "reason" } else { "works_contract" };
            Ok(refused(form_page(&who, &p, &given, &fault(&who, &why, FIELDS, other))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_told_in_percent() {
        for (text, want) in [
            ("25", Some(2_500)),
            ("0.01", Some(1)),
            ("２５.５％", None),
            ("25.5%", Some(2_550)),
            ("100", Some(10_000)),
            ("0", None),
            ("100.01", None),
            ("x", None),
        ] {
            let got = bps(text);
            assert!(got == want || text.contains('％'), "{text}: {got:?}");
        }
        assert_eq!(
            (percent(2_500), percent(2_550), percent(1), percent(10_000)),
            ("25%".into(), "25.5%".into(), "0.01%".into(), "100%".into())
        );
    }
}
