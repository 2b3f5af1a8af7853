//! Looking up names without the C library, for static programs: glibc's own look-up loads whatever libraries
//! `/etc/nsswitch.conf` names, of whatever glibc the machine has, and may end the process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
#[cfg(feature = "own-resolver")]
use std::sync::Arc;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// `/etc/hosts`, then the servers of `/etc/resolv.conf`. Both are read each time: connections are made rarely, and a dashboard
/// outlives the network that it was started in.
pub(super) struct Names;

#[cfg(feature = "own-resolver")]
impl Names {
    pub(super) fn shared() -> Arc<Self> {
        Arc::new(Self)
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = resolver()?.lookup_ip(name.as_str()).await?;
            let addresses: Vec<SocketAddr> = found.iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn resolver() -> Result<TokioResolver, NetError> {
    // Without the file, a server of this machine is asked, as resolv.conf(5) has it.
    let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
        let here = NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![here]);
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
    });
    builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn look_up(name: &str) -> Result<Vec<IpAddr>, String> {
        let found = Names.resolve(name.parse().unwrap()).await;
        found.map(|addresses| addresses.map(|address| address.ip()).collect()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn names_of_this_machine_are_found_and_one_that_nobody_has_is_not() {
        assert!(look_up("localhost").await.unwrap().iter().all(IpAddr::is_loopback));
        let hosts = std::fs::read_to_string("/etc/hosts").unwrap();
        let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
        let mut named = lines.filter_map(|line| line.split_whitespace().nth(1)).filter(|name| *name != "localhost");
        if let Some(name) = named.next() {
            assert!(!look_up(name).await.unwrap().is_empty(), "{name}");
        }
        assert!(look_up("platform.invalid").await.is_err());
    }
}
