// SPDX-License-Identifier: GPL-3.0-or-later
// Lets the npm packages answer for themselves: a JSON object a line is a question, {"peer", "does", …}, and each gets
// one line in return, with "error" where the package threw. Adapters only: what a package reads is handed on as it
// read it, as {"06-00": value} by the path of each object that is no template.
'use strict'

const fs = require('fs')
const path = require('path')
const readline = require('readline')
const load = require('module').createRequire(path.resolve(process.argv[2], 'package.json'))

// Some packages talk on standard output, which is ours.
console.log = () => {}

const promptparse = load('promptparse')
const sdk = load('emvco-qr-sdk')
const emvqr = load('emvqr')
const { Merchant, Consumer } = load('emv-qrcps')
const nodeEmv = load('node-emv')
const pix = load('pix-utils')
const vietnam = load('vietnam-qr-pay')
const khqr = load('ts-khqr')
const { sm2, sm3 } = load('sm-crypto')
const jsqr = load('jsqr')
const qrcode = load('qrcode')
const { PNG } = load('pngjs')

// EMVCo MPM tables 3.3 to 3.9: which objects hold others.
function isTemplate (at) {
  const [root, part, ...deeper] = at.split('-')
  if (deeper.length > 0) return false
  if (part !== undefined) return root === '62' && part >= '50'
  return (root >= '26' && root <= '51') || root === '62' || root === '64' || root >= '80'
}

// `split` is the package's own way of taking a text apart into [id, value].
function takeApart (text, split, parent = '', fields = {}) {
  for (const [id, value] of split(text)) {
    const at = parent === '' ? id : `${parent}-${id}`
    if (isTemplate(at)) takeApart(value, split, at, fields)
    else fields[at] = value
  }
  return fields
}

const mpmReaders = {
  promptparse: text => ({
    check: promptparse.parse(text, true) !== null,
    fields: takeApart(text, part => promptparse.parse(part, false, false).getTags().map(tag => [tag.id, tag.value]))
  }),

  'emvco-qr-sdk': text => {
    const tlvs = sdk.TlvParserService.parse(text, false)
    const crc = tlvs.find(tlv => tlv.tag === '63')
    return {
      check: new sdk.CRC(crc.value).validate(text.slice(0, -4)),
      fields: takeApart(text, part => sdk.TlvParserService.parse(part, false).map(tlv => [tlv.tag, tlv.value]))
    }
  },

  // Throws where the check does not fit, and explains 52, 53 and 58 behind their values.
  emvqr: text => {
    const root = emvqr.decode(text)
    const fields = {}
    const add = (parent, objects) => {
      for (const { id, data } of Object.values(objects)) {
        const at = parent === '' ? id : `${parent}-${id}`
        if (!isTemplate(at)) fields[at] = ['52', '53', '58'].includes(at) ? data.replace(/ \(.*\)$/s, '') : data
        else if (typeof data === 'object') add(at, data)
        else add(at, at.includes('-') ? emvqr.decodePaymentSpecific(data) : emvqr.decodeSubData(data))
      }
    }
    add('', root)
    return { check: true, fields }
  },

  // Has no function that looks at the check; its report is one object a line, indented by depth.
  'emv-qrcps': text => {
    const fields = {}
    const stack = []
    for (const line of Merchant.Parser.toEMVQR(text).rawData().split('\n')) {
      const match = /^( *)(\d\d) \d\d(?: (.*))?$/su.exec(line)
      if (match === null) continue
      const depth = match[1].length
      stack.length = depth
      stack.push(match[2])
      if (match[3] !== undefined) fields[stack.join('-')] = match[3]
    }
    return { check: null, fields }
  }
}

// {"59": …, "26-00": …} → [["26", [["00", …]]], ["59", …]] in the order of the ids.
function nest (fields) {
  const root = new Map()
  for (const [at, value] of Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ids = at.split('-')
    let level = root
    for (const id of ids.slice(0, -1)) {
      if (!level.has(id)) level.set(id, new Map())
      level = level.get(id)
    }
    level.set(ids[ids.length - 1], value)
  }
  return root
}

const additionalSetters = {
  '01': 'setBillNumber',
  '02': 'setMobileNumber',
  '03': 'setStoreLabel',
  '04': 'setLoyaltyNumber',
  '05': 'setReferenceLabel',
  '06': 'setCustomerLabel',
  '07': 'setTerminalLabel',
  '08': 'setPurposeTransaction',
  '09': 'setAdditionalConsumerDataRequest'
}

const rootSetters = {
  '00': 'setPayloadFormatIndicator',
  '01': 'setPointOfInitiationMethod',
  52: 'setMerchantCategoryCode',
  53: 'setTransactionCurrency',
  54: 'setTransactionAmount',
  55: 'setTipOrConvenienceIndicator',
  56: 'setValueOfConvenienceFeeFixed',
  57: 'setValueOfConvenienceFeePercentage',
  58: 'setCountryCode',
  59: 'setMerchantName',
  60: 'setMerchantCity',
  61: 'setPostalCode'
}

function fill (template, parts, adder) {
  for (const [id, value] of parts) {
    if (id === '00') template.setGloballyUniqueIdentifier(value)
    else template[adder](id, value)
  }
  return template
}

const mpmWriters = {
  promptparse: fields => {
    const encode = level => promptparse.encode([...level].map(([id, value]) =>
      promptparse.tag(id, typeof value === 'string' ? value : encode(value))))
    return promptparse.withCrcTag(encode(nest(fields)), '63')
  },

  'emv-qrcps': fields => {
    const code = Merchant.buildEMVQR()
    for (const [id, value] of nest(fields)) {
      if (rootSetters[id] !== undefined) code[rootSetters[id]](value)
      else if (id === '62') {
        const template = Merchant.buildAdditionalDataFieldTemplate()
        for (const [part, text] of value) {
          if (additionalSetters[part] !== undefined) template[additionalSetters[part]](text)
          else if (typeof text === 'string') template.addRFUforEMVCo(part, text)
          else template.addPaymentSystemSpecific(part, fill(Merchant.buildPaymentSystemSpecific(), text, 'addPaymentSystemSpecific'))
        }
        code.setAdditionalDataFieldTemplate(template)
      } else if (id === '64') {
        const template = Merchant.buildMerchantInformationLanguageTemplate()
        template.setLanguagePreference(value.get('00'))
        template.setMerchantName(value.get('01'))
        if (value.has('02')) template.setMerchantCity(value.get('02'))
        code.setMerchantInformationLanguageTemplate(template)
      } else if (id >= '80') {
        code.addUnreservedTemplates(id, fill(Merchant.buildUnreservedTemplate(), value, 'addContextSpecificData'))
      } else {
        code.addMerchantAccountInformation(id, fill(Merchant.buildMerchantAccountInformation(), value, 'addPaymentNetworkSpecific'))
      }
    }
    return code.generatePayload()
  },

  // National schemes, each from what its package asks for.
  'pix-utils': ({ static: details, dynamic }) =>
    (details !== undefined ? pix.createStaticPix(details) : pix.createDynamicPix(dynamic)).throwIfError().toBRCode(),
  'vietnam-qr-pay': details => vietnam.QRPay.initVietQR(details).build(),
  'ts-khqr': details => {
    const { data, status } = khqr.KHQR.generate(details)
    if (data === null || data === undefined) throw new Error(status.message)
    return data.qr
  },
  'promptparse-any-id': details => promptparse.generate.anyId(details),
  'promptparse-bill': details => promptparse.generate.billPayment(details)
}

// Setters of emv-qrcps by tag; those of text take text.
const cpmSetters = {
  '4F': 'setDataApplicationDefinitionFileName',
  50: 'setDataApplicationLabel',
  57: 'setDataTrack2EquivalentData',
  '5A': 'setDataApplicationPAN',
  '5F20': 'setDataCardholderName',
  '5F2D': 'setDataLanguagePreference',
  '5F50': 'setDataIssuerURL',
  '9F08': 'setDataApplicationVersionNumber',
  '9F10': 'setDataIssuerApplicationData',
  '9F19': 'setDataTokenRequestorID',
  '9F24': 'setDataPaymentAccountReference',
  '9F25': 'setDataLast4DigitsOfPAN',
  '9F26': 'setDataApplicationCryptogram',
  '9F36': 'setDataApplicationTransactionCounter',
  '9F37': 'setDataUnpredictableNumber'
}

function berTlv (objects) {
  const tlv = Consumer.buildBERTLV()
  for (const [tag, value] of Object.entries(objects)) tlv[cpmSetters[tag]](value)
  return tlv
}

const does = {
  'read-mpm': ({ peer, text }) => mpmReaders[peer](text),
  'write-mpm': ({ peer, fields }) => ({ text: mpmWriters[peer](fields) }),

  // node-emv → ["61.2-4F", hex] in the order of the code.
  'read-cpm': ({ text }) => {
    const fields = []
    const add = (parent, objects) => {
      const seen = {}
      for (const { tag, value } of objects) {
        seen[tag] = (seen[tag] || 0) + 1
        const at = `${parent}${tag}${seen[tag] > 1 ? `.${seen[tag]}` : ''}`
        if (Array.isArray(value)) add(`${at}-`, value)
        else fields.push([at, value.toLowerCase()])
      }
    }
    nodeEmv.parse(Buffer.from(text, 'base64').toString('hex').toUpperCase(), objects => add('', objects))
    return { fields: Object.fromEntries(fields) }
  },

  // emv-qrcps ← [{"tag": "61" or "62", "objects": {…}, "own": {…} of 63 or 64}].
  'write-cpm': ({ templates }) => {
    const code = Consumer.buildEMVQR()
    code.setDataPayloadFormatIndicator('CPV01')
    for (const { tag, objects, own } of templates) {
      const isApplication = tag === '61'
      const template = isApplication ? Consumer.buildApplicationTemplate() : Consumer.buildCommonDataTemplate()
      template.setBERTLV(berTlv(objects))
      if (own !== undefined) {
        const transparent = isApplication ? Consumer.buildApplicationSpecificTransparentTemplate() : Consumer.buildCommonDataTransparentTemplate()
        transparent.setBERTLV(berTlv(own))
        if (isApplication) template.addApplicationSpecificTransparentTemplate(transparent)
        else template.addCommonDataTransparentTemplate(transparent)
      }
      if (isApplication) code.addApplicationTemplate(template)
      else code.addCommonDataTemplate(template)
    }
    return { text: code.generatePayload() }
  },

  'read-symbol': ({ path: file }) => {
    const { data, width, height } = PNG.sync.read(fs.readFileSync(file))
    const found = jsqr(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })
    return { hex: found === null ? '' : Buffer.from(found.binaryData).toString('hex') }
  },

  'write-symbol': async ({ text, level, path: file }) => {
    await qrcode.toFile(file, [{ data: Buffer.from(text), mode: 'byte' }], { errorCorrectionLevel: level, scale: 3 })
    return {}
  },

  sm3: ({ hex }) => ({ hex: sm3(Uint8Array.from(Buffer.from(hex, 'hex'))) }),
  'sm2-key': () => sm2.generateKeyPairHex(),
  'sm2-sign': ({ hex, key, der }) => ({ hex: sm2.doSignature([...Buffer.from(hex, 'hex')], key, { der, hash: true }) }),
  'sm2-verify': ({ hex, key, signature, der }) =>
    ({ good: sm2.doVerifySignature([...Buffer.from(hex, 'hex')], signature, key, { der, hash: true }) })
}

async function answer (line) {
  try {
    const question = JSON.parse(line)
    return await does[question.does](question)
  } catch (error) {
    return { error: String(error && error.message) }
  }
}

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    process.stdout.write(JSON.stringify(await answer(line)) + '\n')
  }
}

main()
