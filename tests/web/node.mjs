// @xmpp/client over WebSocket: log in, get-item, set-watch, set-item, the
// event, stop.  Arguments: service, domain, user, password, resource.  Prints
// one word a step.
import { client, xml } from "@xmpp/client";

const [service, domain, username, password, resource] =
    process.argv.slice(2);
const M = "urn:M";
const title = "Äpfel & <" + resource + ">";
const xmpp = client({ service, domain, username, password, resource,
	timeout: 60000 });

const base64 = text => Buffer.from(text).toString("base64");
const json = element => JSON.parse(Buffer.from(element.text(), "base64"));

async function command(type, name, text) {
	const iq = await xmpp.iqCaller.request(xml("iq", { type },
	    xml(name, { xmlns: M }, base64(text))));
	return iq.getChild(name, M);
}

const event = new Promise(resolve => xmpp.on("stanza", stanza => {
	if (stanza.is("message") && stanza.getChild("event", M))
		resolve(stanza.getChild("event", M));
}));
xmpp.on("error", e => { console.log("failed", String(e)); process.exit(1); });
// start() waits for the stream's header only once its own is written: one that
// is there by then is not seen by it, though the stream goes on all the same.
const online = new Promise(resolve => xmpp.once("online", resolve));
xmpp.start().catch(e => {
	if (e.name !== "TimeoutError")
		throw e;
});
const jid = await online;
console.log("connected", String(jid));
const found = json(await command("get", "item", "/news/article-1"));
console.log("get-item", found[0]._path);
await command("set", "watch", "/news/*");
const saved = json(await command("set", "item", JSON.stringify([{
	method: "save", data: { _path: "/news/article-1", title } }])));
console.log("set-item", saved[0].title === title);
console.log("event", json(await event)[0].item.title === title);
await xmpp.stop();
console.log("disconnected", true);
process.exit(0);	// some timers go on
