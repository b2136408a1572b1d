//! How a config that is shared becomes one's own again, and what a change needs memory for.

use std::sync::Arc;

use super::values::{ClientCarrier, HttpTarget, WebSocketTarget};
use super::{Config, Knobs};
use crate::allocate::{self, OutOfMemory};
use crate::mtproxy::Secret;
use crate::replay_cache::ReplayCache;
use crate::shared::Shared;

/// A replay cache as the config was given it.
#[derive(Clone)]
pub(super) enum SharedCache {
    Arc(Arc<ReplayCache>),
    #[cfg(feature = "capi")]
    Shared(Shared<ReplayCache>),
}

impl SharedCache {
    pub(super) fn get(&self) -> &ReplayCache {
        match self {
            Self::Arc(cache) => cache,
            #[cfg(feature = "capi")]
            Self::Shared(cache) => cache,
        }
    }
}

impl Config {
    pub(crate) fn try_new() -> Result<Self, OutOfMemory> {
        let knobs = Shared::new(Knobs::default())?;
        Ok(Self { knobs })
    }

    /// The knobs to be changed: a copy, where transports have them too.
    ///
    /// Once it was asked for, no setter needs memory but for what it is given.
    pub(crate) fn try_knobs(&mut self) -> Result<&mut Knobs, OutOfMemory> {
        if self.knobs.get_mut().is_none() {
            self.knobs = Shared::new(self.knobs.try_clone()?)?;
        }
        self.knobs.get_mut().ok_or(OutOfMemory)
    }

    pub(crate) fn try_add_secret(&mut self, secret: Secret) -> Result<(), OutOfMemory> {
        let domain = secret.domain().map(allocate::text).transpose()?;
        let knobs = self.try_knobs()?;
        allocate::one_more(&mut knobs.secrets)?;
        if let Some(domain) = domain {
            allocate::one_more(&mut knobs.domains)?;
            knobs.domains.push(domain);
        }
        knobs.secrets.push(secret);
        Ok(())
    }

    pub(crate) fn try_add_path(&mut self, path: String) -> Result<(), OutOfMemory> {
        let knobs = self.try_knobs()?;
        allocate::one_more(&mut knobs.paths)?;
        knobs.paths.push(path);
        Ok(())
    }

    /// Sets the credentials of the HTTP target that was set. Whether there is one.
    #[cfg(feature = "capi")]
    pub(crate) fn set_proxy_authorization(&mut self, authorization: Option<String>) -> bool {
        let ClientCarrier::Http(target) = &mut self.knobs().carrier else {
            return false;
        };
        target.proxy_authorization = authorization;
        true
    }

    #[cfg(feature = "capi")]
    pub(crate) fn share_replay_cache(&mut self, cache: Shared<ReplayCache>) {
        self.knobs().replay_cache = Some(SharedCache::Shared(cache));
    }
}

impl Knobs {
    fn try_clone(&self) -> Result<Self, OutOfMemory> {
        Ok(Self {
            envelope: self.envelope,
            obfuscated: self.obfuscated,
            carrier: self.carrier.try_clone()?,
            queue_turns: self.queue_turns,
            dc: self.dc,
            secrets: each(&self.secrets, Secret::try_clone)?,
            domains: each(&self.domains, |domain| allocate::text(domain))?,
            paths: each(&self.paths, |path| allocate::text(path))?,
            accept: self.accept,
            max_payload: self.max_payload,
            max_padding: self.max_padding,
            trim: self.trim,
            quick_ack_form: self.quick_ack_form,
            memory: self.memory,
            entropy: self.entropy.clone(),
            clock: self.clock,
            tls_profile: self.tls_profile,
            max_record: self.max_record,
            answer_size: self.answer_size,
            allowed_skew: self.allowed_skew,
            replay_cache: self.replay_cache.clone(),
        })
    }
}

impl ClientCarrier {
    fn try_clone(&self) -> Result<Self, OutOfMemory> {
        let some = |text: &Option<String>| text.as_deref().map(allocate::text).transpose();
        Ok(match self {
            Self::Tcp => Self::Tcp,
            Self::WebSocket(target) => Self::WebSocket(WebSocketTarget {
                host: allocate::text(&target.host)?,
                path: allocate::text(&target.path)?,
                origin: some(&target.origin)?,
            }),
            Self::Http(target) => Self::Http(HttpTarget {
                target: allocate::text(&target.target)?,
                host: allocate::text(&target.host)?,
                keep_alive: target.keep_alive,
                content_type: some(&target.content_type)?,
                proxy_authorization: some(&target.proxy_authorization)?,
            }),
        })
    }
}

/// A list of the copies.
fn each<T>(list: &[T], copy: impl Fn(&T) -> Result<T, OutOfMemory>) -> Result<Vec<T>, OutOfMemory> {
    let mut copies = allocate::room(list.len())?;
    for item in list {
        copies.push(copy(item)?);
    }
    Ok(copies)
}
