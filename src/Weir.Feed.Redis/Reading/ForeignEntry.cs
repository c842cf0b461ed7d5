using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Reading;

/// <summary>An entry that neither Weir nor the HSM tools wrote, as a JSON object of its fields; bytes that are no UTF-8 stand in <c>&lt;name&gt;_b64</c>.</summary>
internal static class ForeignEntry
{
    private static readonly JsonWriterOptions Relaxed = new() { SkipValidation = true };

    /// <param name="fields">At the first field.</param>
    /// <param name="count">Fields and values.</param>
    public static byte[] ToJson(RespReader fields, int count)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, Relaxed);
        writer.WriteStartObject();
        for (int i = 0; i + 1 < count; i += 2)
        {
            string name = System.Text.Encoding.UTF8.GetString(fields.ReadString());
            ReadOnlySpan<byte> value = fields.ReadString();
            if (Utf8.IsValid(value)) writer.WriteString(name, value);
            else writer.WriteBase64String(name + "_b64", value);
        }

        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }
}
