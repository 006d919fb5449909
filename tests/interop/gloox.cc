// gloox against a server of urn:M: log in, get-item, set-watch, set-item, the
// event, leave; with "resume" the connection is cut and the stream resumed.
// Arguments and output: tests/lib/steps.py.
#include <gloox/client.h>
#include <gloox/connectionlistener.h>
#include <gloox/connectiontcpclient.h>
#include <gloox/connectiontls.h>
#include <gloox/base64.h>
#include <gloox/gloox.h>
#include <gloox/iqhandler.h>
#include <gloox/loghandler.h>
#include <gloox/message.h>
#include <gloox/messagehandler.h>
#include <gloox/stanzaextension.h>

#include <iostream>

using namespace gloox;

static const std::string M = "urn:M";

// A child of urn:M: its name and the text it carries, decoded.
class Command : public StanzaExtension {
public:
	enum { Type = ExtUser + 1 };

	Command(const std::string &name, const std::string &text)
	    : StanzaExtension(Type), name(name), text(text) {}
	explicit Command(const Tag *tag) : StanzaExtension(Type)
	{
		if (tag == nullptr)
			return;
		name = tag->name();
		text = Base64::decode64(tag->cdata());
	}
	const std::string &filterString() const override
	{
		static const std::string filter = "/iq/*[@xmlns='urn:M']"
		    "|/message/event[@xmlns='urn:M']";

		return filter;
	}
	StanzaExtension *newInstance(const Tag *tag) const override
	{
		return new Command(tag);
	}
	Tag *tag() const override
	{
		Tag *t = new Tag(name, XMLNS, M);
		t->setCData(Base64::encode64(text));
		return t;
	}
	StanzaExtension *clone() const override
	{
		return new Command(*this);
	}
	std::string name, text;
};

static void
say(const std::string &word, const std::string &what)
{
	std::cout << word << ' ' << what << std::endl;
}

static void
say(const std::string &word, bool what)
{
	say(word, std::string(what ? "true" : "false"));
}

// The value of "_path" in JSON that we know.
static std::string
path_in(const std::string &json)
{
	const std::string key = "\"_path\":\"";
	size_t at = json.find(key);

	if (at == std::string::npos)
		return json;
	at += key.size();
	return json.substr(at, json.find('"', at) - at);
}

class Talk : public ConnectionListener, IqHandler, MessageHandler, LogHandler {
public:
	Talk(char *argv[], bool resume)
	    : client(JID(argv[4]), argv[5]), resume(resume),
	    direct(std::string(argv[3]) == "direct"),
	    title(std::string("Äpfel aus ") + argv[4])
	{
		client.setServer(argv[1]);
		client.setPort(std::atoi(argv[2]));
		client.setTls(direct ? TLSDisabled : TLSRequired);
		client.setCACerts({ argv[6] });
		if (direct)
			client.setConnectionImpl(new ConnectionTLS(&client,
			    new ConnectionTCPClient(&client,
			    client.logInstance(), argv[1],
			    std::atoi(argv[2])), client.logInstance()));
		// Of channel bindings it knows tls-unique, takes it over TLS
		// 1.3 too, where there is none (RFC 9266 4.2), and gives up
		// when that fails.  Told to use SCRAM-SHA-1 alone it says "y",
		// that the server knows none, which is to be refused where it
		// does (RFC 5802 6).  Without TLS of its own it says "n".
		if (!direct)
			client.setSASLMechanisms(SaslMechPlain);
		client.setStreamManagement(resume, resume);
		client.registerStanzaExtension(new Command(nullptr));
		client.registerConnectionListener(this);
		client.registerMessageHandler(this);
		client.logInstance().registerLogHandler(LogLevelDebug,
		    LogAreaAll, this);
	}
	int run()
	{
		client.connect();
		while (again) {
			again = false;
			client.connect();
		}
		return failed;
	}

private:
	enum { GET, WATCH, SET, AGAIN };

	void ask(IQ::IqType type, const std::string &name,
	    const std::string &text, int context)
	{
		IQ iq(type, JID(), client.getID());

		iq.addExtension(new Command(name, text));
		client.send(iq, this, context);
	}
	void onConnect() override
	{
		if (seen == 3) {
			ask(IQ::Get, "item", "/news/article-2", AGAIN);
			return;
		}
		say("connected", client.jid().full());
		ask(IQ::Get, "item", "/news/article-1", GET);
	}
	bool onTLSConnect(const CertInfo &) override
	{
		return true;
	}
	void onStreamEvent(StreamEvent event) override
	{
		if (event == StreamEventSMResumed) {
			say("resumed", true);	// onConnect follows
		} else if (event == StreamEventSMResumeFailed) {
			say("resumed", false);
			client.disconnect();
		}
	}
	void onDisconnect(ConnectionError e) override
	{
		if (cut && e != ConnUserDisconnected) {
			cut = false;
			again = true;
			return;
		}
		failed = e != ConnUserDisconnected;
		say("disconnected", !failed);
	}
	bool handleIq(const IQ &) override
	{
		return false;
	}
	void handleIqID(const IQ &iq, int context) override
	{
		const Command *c = iq.findExtension<Command>(Command::Type);

		if (iq.subtype() != IQ::Result || c == nullptr) {
			say("failed", iq.tag()->xml());
			client.disconnect();
			return;
		}
		switch (context) {
		case GET:
			say("get-item", path_in(c->text));
			ask(IQ::Set, "watch", "/news/*", WATCH);
			break;
		case WATCH:
			ask(IQ::Set, "item", "[{\"method\":\"save\",\"data\":"
			    "{\"_path\":\"/news/article-1\",\"title\":\"" +
			    title + "\"}}]", SET);
			break;
		case SET:
			say("set-item", c->text.find(title) !=
			    std::string::npos);
			done(1);
			break;
		default:
			say("get-item", path_in(c->text));
			client.disconnect();
		}
	}
	void handleMessage(const Message &m, MessageSession *) override
	{
		const Command *c = m.findExtension<Command>(Command::Type);

		if (c == nullptr || c->name != "event")
			return;
		event = c->text.find(title) != std::string::npos;
		done(2);
	}
	// Answer and event may come in either order.
	void done(int which)
	{
		if ((seen |= which) != 3)
			return;
		say("event", event);
		if (!resume) {
			client.disconnect();
			return;
		}
		cut = true;
		say("cut", true);
	}
	void handleLog(LogLevel, LogArea, const std::string &message) override
	{
		std::cerr << message << std::endl;
	}

	Client client;
	const bool resume, direct;
	const std::string title;
	int seen = 0, failed = 1;
	bool event = false, cut = false, again = false;
};

int
main(int argc, char *argv[])
{
	if (argc < 7)
		return 2;
	return Talk(argv, argc > 7).run();
}
