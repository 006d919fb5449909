/*
 * ns.h - the namespaces we speak.  A name here is what code compares with;
 * what one means is in the RFC or XEP beside it.
 */
#ifndef XMPP_NS_H
#define XMPP_NS_H

/* RFC 6120, 6121 */
#define NS_CLIENT	"jabber:client"
#define NS_SERVER	"jabber:server"
#define NS_STREAM	"http://etherx.jabber.org/streams"
#define NS_STREAMS	"urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STANZAS	"urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_TLS		"urn:ietf:params:xml:ns:xmpp-tls"
#define NS_SASL		"urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND		"urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION	"urn:ietf:params:xml:ns:xmpp-session"	/* RFC 3921 */
#define NS_ROSTER	"jabber:iq:roster"
#define NS_ROSTERVER	"urn:xmpp:features:rosterver"
#define NS_PREAPPROVAL	"urn:xmpp:features:pre-approval"
#define NS_XML		"http://www.w3.org/XML/1998/namespace"

/* RFC 7395, XEP-0124, 0206, 0156, 0114 */
#define NS_FRAMING	"urn:ietf:params:xml:ns:xmpp-framing"
#define NS_BOSH		"http://jabber.org/protocol/httpbind"
#define NS_XBOSH	"urn:xmpp:xbosh"
#define NS_COMPONENT	"jabber:component:accept"

/* SASL beyond RFC 6120: XEP-0388, 0386, 0440, 0474, 0484 */
#define NS_SASL2	"urn:xmpp:sasl:2"
#define NS_BIND2	"urn:xmpp:bind:0"
#define NS_SASL_CB	"urn:xmpp:sasl-cb:0"
#define NS_SASL_SSDP	"urn:xmpp:ssdp:0"
#define NS_FAST		"urn:xmpp:fast:0"

/* XEPs, by number */
#define NS_DATA		"jabber:x:data"				/* 0004 */
#define NS_DISCO_INFO	"http://jabber.org/protocol/disco#info"	/* 0030 */
#define NS_DISCO_ITEMS	"http://jabber.org/protocol/disco#items"
#define NS_PRIVATE	"jabber:iq:private"			/* 0049 */
#define NS_COMMANDS	"http://jabber.org/protocol/commands"	/* 0050 */
#define NS_VCARD	"vcard-temp"				/* 0054 */
#define NS_RSM		"http://jabber.org/protocol/rsm"	/* 0059 */
#define NS_PUBSUB	"http://jabber.org/protocol/pubsub"	/* 0060 */
#define NS_PUBSUB_EVENT	NS_PUBSUB "#event"
#define NS_PUBSUB_ERRORS NS_PUBSUB "#errors"
#define NS_PUBSUB_OWNER	NS_PUBSUB "#owner"
#define NS_REGISTER	"jabber:iq:register"			/* 0077 */
#define NS_REGISTER_FEATURE "http://jabber.org/features/iq-register"
#define NS_AUTH		"jabber:iq:auth"			/* 0078 */
#define NS_VERSION	"jabber:iq:version"			/* 0092 */
#define NS_CAPS		"http://jabber.org/protocol/caps"	/* 0115 */
#define NS_SERVERINFO	"http://jabber.org/network/serverinfo"	/* 0157 */
#define NS_BLOCKING	"urn:xmpp:blocking"			/* 0191 */
#define NS_SM		"urn:xmpp:sm:3"				/* 0198 */
#define NS_PING		"urn:xmpp:ping"				/* 0199 */
#define NS_TIME		"urn:xmpp:time"				/* 0202 */
#define NS_DELAY	"urn:xmpp:delay"			/* 0203 */
#define NS_CARBONS	"urn:xmpp:carbons:2"			/* 0280 */
#define NS_FORWARD	"urn:xmpp:forward:0"			/* 0297 */
#define NS_JSON		"urn:xmpp:json:0"			/* 0335 */
#define NS_HINTS	"urn:xmpp:hints"			/* 0334 */
#define NS_CSI		"urn:xmpp:csi:0"			/* 0352 */
#define NS_LIMITS	"urn:xmpp:stream-limits:0"		/* 0478 */

/* ours */
#define NS_M		"urn:M"
#define NS_M_ERRORS	"urn:M:errors"

#endif
