// The cases that all languages share (tests/cases).
package org.libmtproto

import org.json.JSONArray
import org.json.JSONObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import java.io.File

class CasesTest {
    private fun cases(file: String): List<JSONObject> {
        val folder = System.getProperty("mtproto.cases") ?: "../../../tests/cases"
        val cases = JSONObject(File(folder, file).readText()).getJSONArray("cases")
        return List(cases.length()) { cases.getJSONObject(it) }
    }

    private fun JSONArray.lines(): List<List<String>> = List(length()) { getString(it).split(' ') }

    private fun bytes(text: String): ByteArray = text.split('+').filter { it != "-" }.map { part ->
        if (part.startsWith("counter:")) {
            ByteArray(part.substring(8).toInt()) { it.toByte() }
        } else {
            ByteArray(part.length / 2) { part.substring(2 * it, 2 * it + 2).toInt(16).toByte() }
        }
    }.fold(ByteArray(0), ByteArray::plus)

    private fun config(lines: List<List<String>>): TransportConfig = lines.fold(TransportConfig()) { config, (knob, value) ->
        when (knob) {
            "envelope" -> config.copy(envelope = Envelope.valueOf(value.uppercase()))
            "obfuscated" -> config.copy(obfuscated = value != "no")
            "trim" -> config.copy(trim = value != "no")
            "quick_ack_form" -> config.copy(quickAckForm = QuickAckForm.valueOf(value.uppercase()))
            "dc" -> config.copy(dc = dcIdFromWire(value.toShort()))
            "secret" -> config.copy(secrets = config.secrets + Secret.parse(value, ParseMode.STRICT))
            "accept" -> value.split(',').let { has ->
                val accept = AcceptedOpenings(
                    "plain" in has,
                    "plain_full" in has,
                    "obfuscated" in has,
                    "secret" in has,
                    "websocket" in has,
                    "http" in has,
                    "obfuscated_full" in has,
                )
                config.copy(accept = accept)
            }
            "websocket" -> config.copy(websocket = WebsocketTarget(value))
            "http" -> config.copy(http = HttpTarget(value))
            "max_payload" -> config.copy(maxPayload = value.toUInt())
            "max_padding" -> config.copy(maxPadding = value.toUInt())
            "entropy" -> config.copy(entropy = bytes(value))
            else -> error("no knob is called $knob")
        }
    }

    /** The class `NotAccepted` is `not_accepted`. */
    private fun snake(value: Any): String = value::class.simpleName!!.replace(Regex("(?<=.)([A-Z])"), "_$1").lowercase()

    private fun described(event: Event): String = when (event) {
        is Event.Connected -> event.connection.run {
            val way = if (obfuscated) "obfuscated" else "plain"
            "connected ${envelope?.name?.lowercase() ?: "-"} $way dc=${dcField ?: "-"} secret=${secretIndex ?: "-"}"
        }
        is Event.Payload -> "payload ${event.data.hex()} ${if (event.quickAckWanted) "ack" else "-"}"
        is Event.QuickAck -> "quick_ack ${event.token}"
        is Event.TransportError -> "transport_error ${event.code}"
        is Event.NotOurs -> "not_ours ${snake(event.reason)} ${event.data.hex()}"
        is Event.Closed -> "closed ${event.reason.name.lowercase()}"
    }

    private fun expected(words: List<String>): String = when (words[0]) {
        "payload" -> "payload ${bytes(words[1]).hex()} ${words[2]}"
        "not_ours" -> "not_ours ${words[1]} ${bytes(words[2]).hex()}"
        else -> words.joinToString(" ")
    }

    private fun step(transport: Transport, words: List<String>, chunk: Int) {
        when (words[0]) {
            "fail" -> {
                val error = assertThrows(MtprotoException::class.java) { step(transport, words.drop(3), chunk) }
                assertEquals(words[2].toInt(), error.status)
            }
            "payload" -> transport.pushPayload(bytes(words[1]), quickAck = words.getOrNull(2)?.toUInt())
            "opening" -> transport.pushOpening()
            "quick_ack" -> transport.pushQuickAck(words[1].toUInt())
            "transport_error" -> transport.pushTransportError(words[1].toUInt())
            "wire" -> transport.takeWire().let { if (words[1] != "*") assertEquals(bytes(words[1]).hex(), it.hex()) }
            "receive" -> bytes(words[1]).let { data ->
                for (at in data.indices step minOf(chunk, maxOf(data.size, 1))) {
                    val length = minOf(chunk, data.size - at)
                    assertEquals(length, transport.pushWire(data, at, length))
                }
            }
            "end" -> transport.pushWireEnd()
            "event" -> when (words.drop(1).joinToString(" ")) {
                "" -> transport.pullEvent()
                "none" -> assertEquals(null, transport.pullEvent())
                "skip" -> runCatching { while (transport.pullEvent() != null) Unit }
                "closed *" -> assertTrue(transport.pullEvent() is Event.Closed)
                else -> assertEquals(expected(words.drop(1)), described(checkNotNull(transport.pullEvent())))
            }
            else -> error("no step is called $words")
        }
    }

    private fun run(case: JSONObject, chunk: Int) {
        val steps = case.getJSONArray("steps").lines()
        val config = { config(case.getJSONArray("config").lines()) }
        val make = when (case.getString("role")) {
            "client" -> { -> Transport.client(config()) }
            "server" -> { -> Transport.server(config()) }
            else -> return steps.forEach { assertEquals(it[3].toUInt(), quickAckToken(bytes(it[1]), bytes(it[2]))) }
        }
        if (steps[0][0] == "refuse") {
            assertEquals(steps[0][2].toInt(), assertThrows(MtprotoException.Config::class.java) { make() }.status)
        } else {
            make().use { transport -> steps.forEach { step(transport, it, chunk) } }
        }
    }

    @TestFactory
    fun transports(): List<DynamicTest> {
        val groups = cases("transport.json").groupBy { it.getString("name").substringBefore('/') }
        assertTrue(groups.values.sumOf { it.size } > 500)
        return groups.flatMap { (group, cases) ->
            listOf("in one piece" to Int.MAX_VALUE, "byte by byte" to 1).map { (how, chunk) ->
                dynamicTest("$group, ${cases.size} cases $how") {
                    for (case in cases) {
                        try {
                            run(case, chunk)
                        } catch (failure: Throwable) {
                            throw AssertionError(case.getString("name"), failure)
                        }
                    }
                }
            }
        }
    }

    private fun text(case: JSONObject) {
        val text = case.getString("text")
        val mode = ParseMode.valueOf(case.getString("mode").uppercase())
        fun same(name: String, value: Any?) {
            if (case.has(name)) assertEquals(case.get(name).toString(), value.toString()) else assertEquals(null, value)
        }
        when (case.getString("kind")) {
            "secret" -> Secret.parse(text, mode).use { secret ->
                val form = secret.form()
                same("form", snake(form))
                same("key", secret.key().hex())
                same("domain", (form as? SecretForm.FakeTls)?.domain)
                same("canonical", secret.toText())
            }
            "link" -> when (val link = parseLink(text, mode)) {
                is Link.MtProxy -> {
                    same("server", link.proxy.server())
                    same("port", link.proxy.port())
                    same("secret", link.proxy.secret().toText())
                    if (case.has("tg")) same("tg", link.proxy.toTgLink())
                    if (case.has("https")) same("https", link.proxy.toHttpsLink())
                }
                is Link.Socks5 -> {
                    same("server", link.proxy.server)
                    same("port", link.proxy.port)
                    same("user", link.proxy.user)
                    same("password", link.proxy.password)
                }
            }
            else -> dcIdFromWire(text.toShort()).let { dc ->
                same("number", dc.number)
                same("test", dc.test)
                same("media", dc.media)
                assertEquals(text.toShort(), dc.wireNumber())
            }
        }
    }

    @TestFactory
    fun texts(): List<DynamicTest> = cases("texts.json").map { case ->
        dynamicTest(case.getString("kind") + " " + case.getString("text")) {
            val refused = case.optString("refused", null)
            if (refused == null) {
                text(case)
            } else {
                val error = assertThrows(MtprotoException.Input::class.java) { text(case) }
                assertNotNull(error.kind)
                assertTrue(refused in error.reason, error.reason)
            }
        }
    }
}
