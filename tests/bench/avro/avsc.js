// avsc.js - JSON lines to Avro and back with avsc.
//
//	node avsc.js encode|decode SCHEMA IN OUT
'use strict';
const fs = require('fs');
const avro = require('avsc');

const [, , what, schema, from, to] = process.argv;
const type = avro.Type.forSchema(JSON.parse(fs.readFileSync(schema, 'utf8')),
	{wrapUnions: false});
const out = fs.openSync(to, 'w');

function encode() {
	const data = fs.readFileSync(from);
	const block = Buffer.alloc(1 << 20);
	let at = 0;

	for (let start = 0, end; (end = data.indexOf(10, start)) >= 0;
	    start = end + 1) {
		const value = JSON.parse(data.toString('utf8', start, end));
		let next = type.encode(value, block, at);
		if (next < 0) {
			fs.writeSync(out, block, 0, at);
			at = 0;
			next = type.encode(value, block, 0);
			if (next < 0) {
				fs.writeSync(out, type.toBuffer(value));
				next = 0;
			}
		}
		at = next;
	}
	fs.writeSync(out, block, 0, at);
}

function decode() {
	const data = fs.readFileSync(from);
	let lines = [], n = 0;

	for (let at = 0; at < data.length;) {
		const {value, offset} = type.decode(data, at);
		const line = JSON.stringify(value);
		at = offset;
		lines.push(line);
		n += line.length;
		if (n > 1 << 20) {
			fs.writeSync(out, lines.join('\n') + '\n');
			lines = [];
			n = 0;
		}
	}
	fs.writeSync(out, lines.join('\n') + '\n');
}

if (what === 'encode')
	encode();
else
	decode();
