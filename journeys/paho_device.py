#!/usr/bin/python3
"""Publishes readings as a device does, with Eclipse paho: MQTT 3.1.1 or 5, plain or TLS, QoS 1, a session that outlives its connection.

    paho_device.py HOST:PORT DEVICE SECRET MESSAGES [--protocol 3|5] [--ca FILE] [--again]

MESSAGES is a JSON list; each becomes one message under the device's topic, and its PUBACK is waited for. With --again the client hangs up in the
middle, connects to the same session, and sends everything once more, as a device does that does not know what arrived. Prints one JSON line: how
many acknowledgements there were, and whether the server had kept the session.
"""

import argparse
import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WAIT = 20


def client(given, events):
    version = mqtt.MQTTv5 if given.protocol == "5" else mqtt.MQTTv311
    # A session that stays: MQTT 5 says so when it connects.
    more = {} if version == mqtt.MQTTv5 else {"clean_session": False}
    one = mqtt.Client(client_id=given.device, protocol=version, **more)
    one.username_pw_set(given.device, given.secret)
    if given.ca:
        one.tls_set(ca_certs=given.ca)

    def connected(_client, _data, flags, code, _properties=None):
        events["session"] = bool(flags.get("session present") if isinstance(flags, dict) else flags)
        events["code"] = int(getattr(code, "value", code))
        events["connected"].set()

    one.on_connect = connected
    return one


def connect(one, given, events):
    events["connected"].clear()
    host, port = given.address.rsplit(":", 1)
    if given.protocol == "5":
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        one.connect(host, int(port), clean_start=False, properties=properties)
    else:
        one.connect(host, int(port))
    one.loop_start()
    if not events["connected"].wait(WAIT) or events["code"] != 0:
        sys.exit(f"not connected: {events.get('code')}")


def publish(one, given, messages):
    topic = f"zhijian/{given.device}/readings"
    sent = [one.publish(topic, json.dumps(message), qos=1) for message in messages]
    for info in sent:
        info.wait_for_publish(WAIT)
        if not info.is_published():
            sys.exit("a message was not acknowledged")
    return len(sent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("device")
    parser.add_argument("secret")
    parser.add_argument("messages")
    parser.add_argument("--protocol", choices=["3", "5"], default="3")
    parser.add_argument("--ca")
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    messages = json.loads(given.messages)
    events = {"connected": threading.Event(), "session": False}
    one = client(given, events)
    connect(one, given, events)
    acknowledged = publish(one, given, messages)
    if given.again:
        # The connection breaks: no farewell, and messages may be under way.
        topic = f"zhijian/{given.device}/readings"
        for message in messages:
            one.publish(topic, json.dumps(message), qos=1)
        one.loop_stop()
        one.socket().close()
        one.reconnect()
        one.loop_start()
        acknowledged += publish(one, given, messages)
    one.disconnect()
    one.loop_stop()
    print(json.dumps({"acknowledged": acknowledged, "session": events["session"]}))


if __name__ == "__main__":
    main()
