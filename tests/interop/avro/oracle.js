// oracle.js - avsc reads what msg-avro-encode wrote, and writes the same.
//
//	node oracle.js DIRECTORY NUMBER...
//
// Of each case N: N.avsc, N.exact.json (values, see cases.py), N.raw, N.avro.
// Writes N.avsc.json: {"raw": values, "avro": values} as read, N.avsc.raw and
// N.avsc.avro from N.exact.json.
'use strict';
const fs = require('fs');
const avro = require('avsc');

const [, , dir, ...numbers] = process.argv;

// The options are changed: a registry of names is put into them.
const typeOf = (schema) => avro.Type.forSchema(schema, {wrapUnions: true});

function bits(size, v) {
	const b = Buffer.alloc(size);
	if (size === 8)
		b.writeDoubleBE(v);
	else
		b.writeFloatBE(v);
	if (v !== v)
		return size === 8 ? '7ff8000000000000' : '7fc00000';
	return b.toString('hex');
}

function number(size, hex) {
	const b = Buffer.from(hex, 'hex');
	return size === 8 ? b.readDoubleBE() : b.readFloatBE();
}

const entries = (v, f) => Object.fromEntries(
	Object.entries(v).map(([k, x]) => [k, f(x, k)]));

function toExact(type, v) {
	switch (type.typeName) {
	case 'record': case 'error':
		return Object.fromEntries(type.fields.map(
			(f) => [f.name, toExact(f.type, v[f.name])]));
	case 'array':
		return v.map((x) => toExact(type.itemsType, x));
	case 'map':
		return entries(v, (x) => toExact(type.valuesType, x));
	case 'union:wrapped': {
		const name = v === null ? 'null' : Object.keys(v)[0];
		const i = type.types.findIndex((t) => t.branchName === name);
		return [i, v === null ? null : toExact(type.types[i], v[name])];
	}
	case 'bytes': case 'fixed':
		return v.toString('latin1');
	case 'double':
		return bits(8, v);
	case 'float':
		return bits(4, v);
	default:
		return v;
	}
}

function fromExact(type, v) {
	switch (type.typeName) {
	case 'record': case 'error':
		return Object.fromEntries(type.fields.map(
			(f) => [f.name, fromExact(f.type, v[f.name])]));
	case 'array':
		return v.map((x) => fromExact(type.itemsType, x));
	case 'map':
		return entries(v, (x) => fromExact(type.valuesType, x));
	case 'union:wrapped': {
		const t = type.types[v[0]];
		return t.typeName === 'null' ? null :
			{[t.branchName]: fromExact(t, v[1])};
	}
	case 'bytes': case 'fixed':
		return Buffer.from(v, 'latin1');
	case 'double':
		return number(8, v);
	case 'float':
		return number(4, v);
	default:
		return v;
	}
}

function readRaw(type, data) {
	const values = [];
	for (let at = 0; at < data.length;) {
		const {value, offset} = type.decode(data, at);
		if (offset < 0)
			throw new Error('the values do not end where the file does');
		values.push(value);
		at = offset;
	}
	return values;
}

function readFile(path) {
	return new Promise((resolve, reject) => {
		const values = [];
		let type;
		avro.createFileDecoder(path, {parseHook: (schema) =>
			type = typeOf(schema)})
			.on('data', (v) => values.push(v))
			.on('error', reject)
			.on('end', () => resolve(values.map((v) => toExact(type, v))));
	});
}

function writeFile(path, schema, type, values, codec) {
	return new Promise((resolve, reject) => {
		const encoder = new avro.streams.BlockEncoder(type,
			{codec, writeHeader: true});
		encoder.on('error', reject)
			.pipe(fs.createWriteStream(path)).on('finish', resolve)
			.on('error', reject);
		for (const v of values)
			encoder.write(v);
		encoder.end();
	});
}

async function run(n) {
	const base = `${dir}/${n}`;
	const schema = JSON.parse(fs.readFileSync(`${base}.avsc`, 'utf8'));
	const type = typeOf(schema);
	const exact = JSON.parse(fs.readFileSync(`${base}.exact.json`, 'utf8'));
	const values = exact.map((v) => fromExact(type, v));

	fs.writeFileSync(`${base}.avsc.json`, JSON.stringify({
		raw: readRaw(type, fs.readFileSync(`${base}.raw`)).map(
			(v) => toExact(type, v)),
		avro: await readFile(`${base}.avro`),
	}));
	fs.writeFileSync(`${base}.avsc.raw`, Buffer.concat(
		values.map((v) => type.toBuffer(v))));
	await writeFile(`${base}.avsc.avro`, schema, type, values,
		n % 2 ? 'null' : 'deflate');
}

(async () => {
	for (const n of numbers) {
		try {
			await run(n);
		} catch (e) {
			fs.writeFileSync(`${dir}/${n}.avsc.json`,
				JSON.stringify({failed: e.stack}));
		}
	}
})();
