//! Addresses, split into parts.

use nexflow_catalog::value::Uri;

#[test]
fn parts_of_an_address() {
    let text = "mongodb://app:p%40ss@db-1:27017,db-2:27017/orders?replicaSet=rs0&tls=true#x";
    let uri = Uri::parse(text);
    assert_eq!(uri.scheme(), Some("mongodb"));
    assert_eq!(uri.userinfo(), Some("app:p%40ss"));
    assert_eq!(&text[uri.password_span().unwrap()], "p%40ss");
    assert_eq!(
        uri.hosts().collect::<Vec<_>>(),
        ["db-1:27017", "db-2:27017"]
    );
    assert_eq!(uri.host(), Some("db-1"));
    assert_eq!(uri.path(), "/orders");
    assert_eq!(
        uri.options().collect::<Vec<_>>(),
        [("replicaSet", "rs0"), ("tls", "true")]
    );
}

#[test]
fn files_and_paths() {
    let uri = Uri::parse("file:///tmp/x");
    assert_eq!(
        (uri.scheme(), uri.authority(), uri.path()),
        (Some("file"), Some(""), "/tmp/x")
    );
    assert_eq!(uri.host(), None);
    assert_eq!(Uri::parse("file://tmp/x").host(), Some("tmp"));
    assert_eq!(Uri::parse("file:/tmp").authority(), None);
    let path = Uri::parse("/etc/hadoop");
    assert_eq!((path.scheme(), path.path()), (None, "/etc/hadoop"));
    assert_eq!(
        Uri::parse("C:\\dir").scheme(),
        None,
        "a drive of Windows is no scheme"
    );
    assert_eq!(Uri::parse("//host/x").authority(), None);
}

#[test]
fn schemes_hosts_and_passwords() {
    assert!(Uri::parse("HDFS://nn:9000/").has_scheme(&["hdfs"]));
    assert_eq!(
        Uri::parse("pulsar+ssl://p:6651").scheme(),
        Some("pulsar+ssl")
    );
    assert_eq!(
        Uri::parse("kafka-1:9092").authority(),
        None,
        "host:port has no authority of an address"
    );
    assert_eq!(
        Uri::parse("redis://:pw@r").password_span().map(|s| s.len()),
        Some(2)
    );
    assert_eq!(Uri::parse("redis://user:@r").password_span(), None);
    assert_eq!(Uri::parse("redis://[::1]:6379/0").host(), Some("[::1]"));
    assert_eq!(Uri::parse("redis://a@b@c").host(), Some("c"));
    assert_eq!(Uri::parse("").path(), "");
}
