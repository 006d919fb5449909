// QXmpp against a server of urn:M: log in, get-item, set-watch, set-item, the
// event, leave; with "resume" the connection is cut and the stream resumed.
// Arguments and output: tests/lib/steps.py.
#include <QCoreApplication>
#include <QDomElement>
#include <QSslCertificate>
#include <QXmlStreamWriter>
#include <QXmppClient.h>
#include <QXmppClientExtension.h>
#include <QXmppConfiguration.h>
#include <QXmppIq.h>
#include <QXmppLogger.h>

#include <iostream>

static const QString M = QStringLiteral("urn:M");

class Command : public QXmppIq {
public:
	Command(QXmppIq::Type type, const QString &name, const QString &text)
	    : QXmppIq(type), name(name), text(text) {}

protected:
	void toXmlElementFromChild(QXmlStreamWriter *w) const override
	{
		w->writeStartElement(name);
		w->writeDefaultNamespace(M);
		w->writeCharacters(text.toUtf8().toBase64());
		w->writeEndElement();
	}

private:
	const QString name, text;
};

static void
say(const char *word, const QString &what)
{
	std::cout << word << ' ' << what.toStdString() << std::endl;
}

static void
say(const char *word, bool what)
{
	say(word, QString(what ? "true" : "false"));
}

// The value of "_path" in JSON that we know.
static QString
path_in(const QString &json)
{
	return json.section("\"_path\":\"", 1, 1).section('"', 0, 0);
}

class Talk : public QXmppClientExtension {
public:
	Talk(QCoreApplication &app, char *argv[], bool resume)
	    : app(app), resume(resume),
	    title(QStringLiteral("Äpfel aus ") + argv[4])
	{
		conf.setHost(argv[1]);
		conf.setPort(std::atoi(argv[2]));
		conf.setStreamSecurityMode(QString(argv[3]) == "direct" ?
		    QXmppConfiguration::LegacySSL :
		    QXmppConfiguration::TLSRequired);
		conf.setJid(argv[4]);
		conf.setPassword(argv[5]);
		// It compares the certificate's name with the host's.
		conf.setCaCertificates(QSslCertificate::fromPath(argv[6]));
		conf.setIgnoreSslErrors(true);
		conf.setAutoReconnectionEnabled(false);
		xmpp.addExtension(this);
		xmpp.logger()->setLoggingType(QXmppLogger::SignalLogging);
		QObject::connect(xmpp.logger(), &QXmppLogger::message,
		    [](QXmppLogger::MessageType, const QString &text) {
			std::cerr << text.toStdString() << std::endl; });
		QObject::connect(&xmpp, &QXmppClient::connected,
		    [this] { connected(); });
		QObject::connect(&xmpp, &QXmppClient::disconnected,
		    [this] { disconnected(); });
		xmpp.connectToServer(conf);
	}

	bool handleStanza(const QDomElement &st) override
	{
		const QDomElement child = st.firstChildElement();

		if (child.namespaceURI() != M)
			return false;
		const QString text = QString::fromUtf8(
		    QByteArray::fromBase64(child.text().toUtf8()));
		if (st.tagName() == "message") {
			event = text.contains(title);
			done(2);
		} else if (st.attribute("type") == "result") {
			answer(text);
		} else {
			say("failed", text);
			xmpp.disconnectFromServer();
		}
		return true;
	}

private:
	void connected()
	{
		if (!cut) {
			say("connected", conf.jid());
			ask(QXmppIq::Get, "item", "/news/article-1");
			return;
		}
		say("resumed", xmpp.streamManagementState() ==
		    QXmppClient::ResumedStream);
		ask(QXmppIq::Get, "item", "/news/article-2");
	}
	void disconnected()
	{
		if (cut && step == 3) {
			xmpp.connectToServer(conf);
			return;
		}
		say("disconnected", ended);
		app.exit(!ended);
	}
	void ask(QXmppIq::Type type, const char *name, const QString &text)
	{
		xmpp.sendPacket(Command(type, name, text));
	}
	void answer(const QString &text)
	{
		switch (step++) {
		case 0:
			say("get-item", path_in(text));
			ask(QXmppIq::Set, "watch", "/news/*");
			break;
		case 1:
			ask(QXmppIq::Set, "item", QString("[{\"method\":"
			    "\"save\",\"data\":{\"_path\":\"/news/article-1\","
			    "\"title\":\"%1\"}}]").arg(title));
			break;
		case 2:
			say("set-item", text.contains(title));
			done(1);
			break;
		default:
			say("get-item", path_in(text));
			leave();
		}
	}
	// Answer and event may come in either order.
	void done(int which)
	{
		if ((seen |= which) != 3)
			return;
		say("event", event);
		if (!resume) {
			leave();
			return;
		}
		cut = true;
		say("cut", true);
	}
	void leave()
	{
		ended = true;
		xmpp.disconnectFromServer();
	}

	QCoreApplication &app;
	QXmppClient xmpp;
	QXmppConfiguration conf;
	const bool resume;
	const QString title;
	int step = 0, seen = 0;
	bool event = false, cut = false, ended = false;
};

int
main(int argc, char *argv[])
{
	QCoreApplication app(argc, argv);

	if (argc < 7)
		return 2;
	Talk *talk = new Talk(app, argv, argc > 7);	// the client's to free
	Q_UNUSED(talk);
	return app.exec();
}
