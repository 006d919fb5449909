// stanza over WebSocket or BOSH; arguments and output as node.mjs.
import { createRequire } from "node:module";

const { createClient, JXT } = createRequire(import.meta.url)("stanza");
const [service, domain, user, password, resource] = process.argv.slice(2);
const M = "urn:M";
const title = "Äpfel & <" + resource + ">";
const bosh = service.startsWith("http");
const client = createClient({
	jid: `${user}@${domain}`, password, resource, useStreamManagement: true,
	transports: { websocket: bosh ? false : service,
	    bosh: bosh ? service : false } });

const command = (element, path) => ({ element, namespace: M, path,
	fields: { data: JXT.textBuffer("base64") } });
client.stanzas.define([command("item", "iq.item"),
    command("watch", "iq.watch"), command("event", "message.event")]);

const json = child => JSON.parse(child.data.toString());
const ask = (type, name, text) => client.sendIQ({ type,
	[name]: { data: Buffer.from(text) } });

const once = name => new Promise(resolve => client.on(name, resolve));
const event = new Promise(resolve => client.on("message", m => {
	if (m.event)
		resolve(json(m.event));
}));
const started = once("session:started"), ended = once("disconnected");
client.on("auth:failed", () => { console.log("failed"); process.exit(1); });
process.on("unhandledRejection", e => {
	console.log("failed", JSON.stringify(e)); process.exit(1); });

client.connect();
await started;
console.log("connected", client.jid);
const found = json((await ask("get", "item", "/news/article-1")).item);
console.log("get-item", found[0]._path);
await ask("set", "watch", "/news/*");
const saved = json((await ask("set", "item", JSON.stringify([{
	method: "save", data: { _path: "/news/article-1", title } }]))).item);
console.log("set-item", saved[0].title === title);
console.log("event", (await event)[0].item.title === title);
client.disconnect();
await ended;
console.log("disconnected", true);
process.exit(0);
