use maud::{Markup, html};

/// Line drawings of 24 by 24, in the colour of the text beside them; a screen reader passes over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Home,
    Transfer,
    Account,
    Bill,
    Person,
    Clock,
    Print,
    Search,
    Help,
    Check,
    Info,
    Warn,
    Stop,
    Next,
    Back,
    Speak,
    Phone,
    Family,
    List,
    Cash,
    Card,
}

impl Icon {
    pub const ALL: [Icon; 21] = [
        Icon::Home,
        Icon::Transfer,
        Icon::Account,
        Icon::Bill,
        Icon::Person,
        Icon::Clock,
        Icon::Print,
        Icon::Search,
        Icon::Help,
        Icon::Check,
        Icon::Info,
        Icon::Warn,
        Icon::Stop,
        Icon::Next,
        Icon::Back,
        Icon::Speak,
        Icon::Phone,
        Icon::Family,
        Icon::List,
        Icon::Cash,
        Icon::Card,
    ];

    fn path(self) -> &'static str {
        match self {
            Icon::Home => "M3 11.5 12 4l9 7.5M6 9.5V20h12V9.5M10 20v-5h4v5",
            Icon::Cash => "M3 6h18v12H3zM12 14.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM6.2 9.2h.01M17.8 14.8h.01",
            Icon::Card => "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM3 10h18M6.5 15h4",
            Icon::Transfer => "M4 8h14m-4-4 4 4-4 4M20 16H6m4-4-4 4 4 4",
            Icon::Account => "M3 7h15a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3H3zM3 7l12-4v4M16.5 13.5h.01",
            Icon::Bill => "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
            Icon::Person => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.5-6 8-6s8 2 8 6",
            Icon::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
            Icon::Print => "M7 9V3h10v6M7 18H4v-9h16v9h-3M7 14h10v7H7z",
            Icon::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
            Icon::Help => {
                "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.6v.01"
            }
            Icon::Check => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.5l2.7 2.7L16 9.5",
            Icon::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6v.01",
            Icon::Warn => "M12 3.5 22 20.5H2zM12 10v5M12 17.6v.01",
            Icon::Stop => "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM12 7.5v5.5M12 16.2v.01",
            Icon::Next => "M9 5l7 7-7 7",
            Icon::Back => "M20 12H5m6-7-7 7 7 7",
            Icon::Speak => "M4 9.5v5h3.5L13 19V5L7.5 9.5zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
            Icon::Phone => {
                "M6 3.5h3l1.5 4.5-2 1.5a11 11 0 0 0 6 6l1.5-2 4.5 1.5v3a2 2 0 0 1-2 2A16.5 16.5 0 0 1 4 5.5a2 2 0 0 1 2-2z"
            }
            Icon::Family => {
                "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16.5 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2.5 20c0-3.5 2.5-5.5 5.5-5.5s5.5 2 5.5 5.5M15 15.2c3.5-.7 6.5 1.3 6.5 4.8"
            }
            Icon::List => "M4 6h16M4 12h16M4 18h10",
        }
    }
}

pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" { path d=(icon.path()) {} }
    }
}

/// The mark of the station: a boat under its lamp, on two waves.
pub fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" width="36" height="36" aria-hidden="true" focusable="false" {
            circle.mark-glow cx="16" cy="8" r="6.5" {}
            circle.mark-lamp cx="16" cy="8" r="3.4" {}
            path.mark-hull d="M15 11h2v6h10l-3.4 6H8.4L5 17h10z" {}
            path.mark-wave d="M3 27c2.2-1.9 4.3-1.9 6.5 0s4.3 1.9 6.5 0 4.3-1.9 6.5 0 4.3 1.9 6.5 0" {}
        }
    }
}
