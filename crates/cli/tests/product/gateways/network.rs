//! A network that cuts, swallows and drips.

use super::proxy::{Proxy, Weather};
use super::sender::{Sender, Tongue};
use super::{LOGGER, NOISE, Server, deployment, kept, now_ms, soon};
use crate::Outcome;
use std::sync::atomic::Ordering;

/// Cut within the greeting or first message, within a later one, half-open, drop by drop, half-open early, cut late.
const WEATHERS: [Weather; 6] =
    [Weather::Cut(33), Weather::Cut(701), Weather::HalfOpen(1203), Weather::Trickle(5), Weather::HalfOpen(90), Weather::Cut(2999)];

#[test]
fn rq_026_a_network_that_cuts_swallows_and_drips_loses_no_mqtt_reading_and_doubles_none() -> Outcome {
    bad_weather(Tongue::Mqtt, NOISE)
}

#[test]
fn rq_026_a_network_that_cuts_swallows_and_drips_loses_no_hj212_reading_and_doubles_none() -> Outcome {
    bad_weather(Tongue::Hj212, LOGGER)
}

fn bad_weather(tongue: Tongue, device: &str) -> Outcome {
    let home = deployment()?;
    let server = Server::start(&home)?;
    let target = if tongue == Tongue::Mqtt { &server.mqtt } else { &server.hj212 };
    let proxy = Proxy::start(target, WEATHERS.to_vec())?;
    let begin = (now_ms() / 1000 - 3600) * 1000;
    let mut sender = Sender::new(tongue);
    for (turn, weather) in (0..).zip(WEATHERS) {
        for n in 0..100 {
            sender.read(begin + (turn * 100 + n) * 1000, 70.0 + (n % 13) as f64);
        }
        let done = sender.connection(&proxy.address);
        assert_eq!(done, matches!(weather, Weather::Trickle(_)), "{weather:?} has its effect");
    }
    assert!(sender.connection(&proxy.address), "in clear weather what is left is delivered");
    assert_eq!(proxy.connections.load(Ordering::SeqCst), WEATHERS.len() + 1);
    assert_eq!(kept(&home, device)?, sender.all, "each reading once");
    if tongue == Tongue::Mqtt {
        // The devices said that they are never silent for longer than two seconds.
        soon("the end of the half-open connections", || Ok(proxy.given_up.load(Ordering::SeqCst) == 2))?;
    }
    Ok(())
}
