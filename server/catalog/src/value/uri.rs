//! Addresses, split as far as rules need it. Nothing is checked here: what a scheme or a host may be is a rule's matter.

use std::ops::Range;

/// The parts of an address, as byte ranges of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uri<'a> {
    text: &'a str,
    scheme: Option<Range<usize>>,
    authority: Option<Range<usize>>,
    path: Range<usize>,
    query: Option<Range<usize>>,
}

impl<'a> Uri<'a> {
    /// Splits an address. A text without a scheme is all path.
    #[must_use]
    pub fn parse(text: &'a str) -> Uri<'a> {
        let scheme_end = text.find(':').filter(|&end| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text[..end]
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        });
        // `C:\dir` is a path of Windows, not the scheme `C`.
        let scheme_end = scheme_end.filter(|&end| end > 1);
        let after = scheme_end.map_or(0, |end| end + 1);
        let fragment = text[after..].find('#').map_or(text.len(), |i| after + i);
        let query_start = text[after..fragment].find('?').map(|i| after + i);
        let end = query_start.unwrap_or(fragment);
        let (authority, path) = match text[after..end].strip_prefix("//") {
            Some(rest) if scheme_end.is_some() => {
                let start = after + 2;
                let stop = rest.find('/').map_or(end, |i| start + i);
                (Some(start..stop), stop..end)
            }
            _ => (None, after..end),
        };
        Uri {
            text,
            scheme: scheme_end.map(|e| 0..e),
            authority,
            path,
            query: query_start.map(|q| q + 1..fragment),
        }
    }

    /// The scheme as it is written.
    #[must_use]
    pub fn scheme(&self) -> Option<&'a str> {
        self.scheme.clone().map(|r| &self.text[r])
    }

    /// Whether the scheme is one of these, whatever its case.
    #[must_use]
    pub fn has_scheme(&self, schemes: &[&str]) -> bool {
        self.scheme()
            .is_some_and(|s| schemes.iter().any(|o| o.eq_ignore_ascii_case(s)))
    }

    /// User, hosts and ports, between `//` and the path.
    #[must_use]
    pub fn authority(&self) -> Option<&'a str> {
        self.authority.clone().map(|r| &self.text[r])
    }

    /// User and password, before the last `@` of the authority.
    #[must_use]
    pub fn userinfo(&self) -> Option<&'a str> {
        self.userinfo_span().map(|r| &self.text[r])
    }

    /// Where the userinfo stands.
    #[must_use]
    pub fn userinfo_span(&self) -> Option<Range<usize>> {
        let authority = self.authority.clone()?;
        let end = self.text[authority.clone()].rfind('@')?;
        Some(authority.start..authority.start + end)
    }

    /// The password of the userinfo, when there is one and it is not empty.
    #[must_use]
    pub fn password_span(&self) -> Option<Range<usize>> {
        let userinfo = self.userinfo_span()?;
        let colon = self.text[userinfo.clone()].find(':')?;
        let span = userinfo.start + colon + 1..userinfo.end;
        (!span.is_empty()).then_some(span)
    }

    /// Hosts and ports, after the userinfo: several for some databases.
    pub fn hosts(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let authority = self.authority().unwrap_or_default();
        let hosts = authority
            .rsplit_once('@')
            .map_or(authority, |(_, hosts)| hosts);
        hosts.split(',').filter(|h| !h.is_empty())
    }

    /// The first host without its port.
    #[must_use]
    pub fn host(&self) -> Option<&'a str> {
        let host = self.hosts().next()?;
        if host.starts_with('[') {
            return host.find(']').map(|end| &host[..=end]);
        }
        Some(host.split(':').next().unwrap_or(host))
    }

    /// The path, with its leading slash.
    #[must_use]
    pub fn path(&self) -> &'a str {
        &self.text[self.path.clone()]
    }

    /// The query, without the question mark.
    #[must_use]
    pub fn query(&self) -> Option<&'a str> {
        self.query.clone().map(|r| &self.text[r])
    }

    /// The values of the query's options, as they are written.
    pub fn options(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.query()
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| pair.split_once('='))
    }
}
