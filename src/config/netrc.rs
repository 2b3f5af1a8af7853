//! The `.netrc` file, in which the platforms' own tools keep their tokens. It is read and never written.
//!
//! The crates that read it (rust-netrc 0.1.2, netrc-rs 0.1.2, netrc 0.4.1) put the text of what they don't understand into
//! their errors, keep passwords in plain strings, and take the last entry of a machine, where the tools (netrc-parser of the
//! `heroku` program, curl) take the first. None of them had a release in the last year.

use std::iter::Peekable;
use std::str::Chars;

use secrecy::SecretString;

/// The password of a machine: that of its first entry. `default` stands for any machine and so belongs to none: it is never
/// given out (neither tool does, which look up the host alone).
///
/// # Errors
/// The number of the line that is not understood.
pub(super) fn password(text: &str, machine: &str) -> Result<Option<SecretString>, usize> {
    let mut words = Words { rest: text.chars().peekable(), line: 1 };
    let mut found: Option<Option<SecretString>> = None;
    // Whether what is read now belongs to the entry that is looked for.
    let mut is_it = false;
    while let Some(word) = words.next(true)? {
        let line = words.line;
        let mut value = || words.next(false)?.ok_or(line);
        match word.as_str() {
            "machine" => is_it = value()?.eq_ignore_ascii_case(machine) && found.is_none(),
            "default" => is_it = false,
            "macdef" => {
                value()?;
                words.skip_macro();
            }
            "password" => {
                let password = value()?;
                if is_it && found.as_ref().is_none_or(Option::is_none) {
                    found = Some(Some(password.into()));
                }
            }
            "login" | "account" => drop(value()?),
            _ => return Err(line),
        }
        if is_it && found.is_none() {
            found = Some(None);
        }
    }
    Ok(found.flatten())
}

/// The words of the file, one by one.
struct Words<'t> {
    rest: Peekable<Chars<'t>>,
    line: usize,
}

impl Words<'_> {
    /// The next word. A `#` begins a comment where a keyword may stand; within a password it is a character like others.
    fn next(&mut self, is_keyword: bool) -> Result<Option<String>, usize> {
        loop {
            while self.rest.peek().is_some_and(|c| c.is_whitespace()) {
                self.step();
            }
            match self.rest.peek() {
                None => return Ok(None),
                Some('#') if is_keyword => {
                    while self.rest.peek().is_some_and(|c| *c != '\n') {
                        self.step();
                    }
                }
                Some('"') => return self.quoted().map(Some),
                Some(_) => break,
            }
        }
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| !c.is_whitespace()) {
            word.push(c);
        }
        Ok(Some(word))
    }

    /// A word in quotes, in which a backslash takes the next character as it is.
    fn quoted(&mut self) -> Result<String, usize> {
        let line = self.line;
        self.step();
        let mut word = String::new();
        loop {
            match self.step() {
                Some('"') => return Ok(word),
                Some('\\') => word.push(self.step().ok_or(line)?),
                Some('\n') | None => return Err(line),
                Some(c) => word.push(c),
            }
        }
    }

    /// A macro goes to the next empty line.
    fn skip_macro(&mut self) {
        let mut is_empty = false;
        while let Some(c) = self.step() {
            match c {
                '\n' if is_empty => return,
                '\n' => is_empty = true,
                c => is_empty = is_empty && c.is_whitespace(),
            }
        }
    }

    fn step(&mut self) -> Option<char> {
        let c = self.rest.next();
        self.line += usize::from(c == Some('\n'));
        c
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn of(text: &str, machine: &str) -> Result<Option<String>, usize> {
        password(text, machine).map(|found| found.map(|password| password.expose_secret().to_owned()))
    }

    const FILE: &str = "# mine\nmachine api.heroku.com # the tool's\n  login ops@example.com\n  password t0ken-1\n\
        machine 127.0.0.1:5603 login x password t0ken-2\n\
        machine apps.example.com login \"ops team\" account y password \"q\\\"uo te\\\\d\"\n\
        macdef init\nmachine apps.example.org password wrong\n\ndefault login anonymous password guest\n";

    #[test]
    fn a_machine_has_the_password_of_its_own_entry() {
        assert_eq!(of(FILE, "api.heroku.com").unwrap().as_deref(), Some("t0ken-1"));
        assert_eq!(of(FILE, "API.Heroku.com").unwrap().as_deref(), Some("t0ken-1"));
        assert_eq!(of(FILE, "127.0.0.1:5603").unwrap().as_deref(), Some("t0ken-2"));
        assert_eq!(of(FILE, "apps.example.com").unwrap().as_deref(), Some("q\"uo te\\d"));
    }

    #[test]
    fn neither_default_nor_a_macro_nor_a_like_name_gives_one() {
        for machine in ["127.0.0.1", "heroku.com", "apps.example.org", "default", "", "anonymous"] {
            assert_eq!(of(FILE, machine).unwrap(), None, "{machine}");
        }
    }

    #[test]
    fn the_first_entry_counts_even_without_a_password() {
        let twice = "machine a password one\nmachine a password two";
        assert_eq!(of(twice, "a").unwrap().as_deref(), Some("one"));
        let none = "machine a login x\nmachine a password two";
        assert_eq!(of(none, "a").unwrap(), None);
        assert_eq!(of("machine a password #1 password two", "a").unwrap().as_deref(), Some("#1"));
    }

    #[test]
    fn what_is_not_understood_is_told_by_its_line_alone() {
        assert_eq!(of("machine a\n password \"s3cr3t\n", "a"), Err(2));
        assert_eq!(of("machine a password s3cr3t\ns3cr3t\n", "a"), Err(2));
        assert_eq!(of("machine a\npassword", "a"), Err(2));
        assert_eq!(of("machine", "a"), Err(1));
        assert_eq!(of("\n\nmacdef x\nfoo\n\nbar", "a"), Err(6), "the macro has ended");
        assert_eq!(of("", "a"), Ok(None));
    }
}
