using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Server.Feeds;

/// <summary>
/// Writes records as CloudEvents 1.0 objects in JSON, one line each: id is the record's, source is <c>/topics/&lt;escaped topic&gt;</c>, type is
/// <c>io.weir.&lt;family&gt;.&lt;type&gt;</c> where the family is the topic's name up to its first colon, time is the id's. The record's own source
/// is the extension attribute <c>recordsource</c>. Format: https://github.com/cloudevents/spec, JSON event format 1.0.
/// </summary>
public sealed class CloudEventWriter : IDisposable
{
    private const int MaxTimeLength = 32;

    private readonly Utf8JsonWriter _json;
    private readonly IBufferWriter<byte> _output;
    private readonly byte[] _source;
    private readonly string _typePrefix;
    private readonly Dictionary<int, List<(byte[] Type, JsonEncodedText Full)>> _types = [];

    public CloudEventWriter(string topic, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(topic);
        _output = output;
        _json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _source = Encoding.UTF8.GetBytes($"/topics/{TopicName.Escape(topic)}");
        int colon = topic.IndexOf(':', StringComparison.Ordinal);
        _typePrefix = $"io.weir.{(colon < 0 ? topic : topic[..colon])}.";
    }

    /// <summary>Writes one record without the line's end.</summary>
    public void Write(RecordView record)
    {
        Span<byte> id = stackalloc byte[RecordId.MaxTextLength];
        record.Id.TryFormat(id, out int idLength);
        Span<byte> time = stackalloc byte[MaxTimeLength];
        record.Id.Time.UtcDateTime.TryFormat(time, out int timeLength, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

        _json.Reset(_output);
        _json.WriteStartObject();
        _json.WriteString("specversion"u8, "1.0"u8);
        _json.WriteString("id"u8, id[..idLength]);
        _json.WriteString("source"u8, _source);
        _json.WriteString("type"u8, FullType(record.Type));
        if (!record.Subject.IsEmpty) _json.WriteString("subject"u8, record.Subject);
        _json.WriteString("time"u8, time[..timeLength]);
        if (!record.Source.IsEmpty) _json.WriteString("recordsource"u8, record.Source);
        _json.WriteString("datacontenttype"u8, "application/json"u8);
        WriteData(record.Data);
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The few types of a topic are put together once.</summary>
    private JsonEncodedText FullType(ReadOnlySpan<byte> type)
    {
        const int MostRemembered = 64;
        if (!_types.TryGetValue(type.Length, out List<(byte[] Type, JsonEncodedText Full)>? known)) _types[type.Length] = known = [];
        foreach ((byte[] seen, JsonEncodedText full) in known)
        {
            if (type.SequenceEqual(seen)) return full;
        }

        JsonEncodedText made = JsonEncodedText.Encode(_typePrefix + Encoding.UTF8.GetString(type), JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        if (known.Count < MostRemembered) known.Add((type.ToArray(), made));
        return made;
    }

    /// <summary>Data that is not the one JSON value it should be goes out as bytes, which CloudEvents has a member for.</summary>
    private void WriteData(ReadOnlySpan<byte> data)
    {
        if (!JsonData.IsObject(data, out _))
        {
            _json.WriteBase64String("data_base64"u8, data);
            return;
        }

        _json.WritePropertyName("data"u8);
        if (data.IndexOfAny((byte)'\n', (byte)'\r') < 0)
        {
            _json.WriteRawValue(data, skipInputValidation: true);
            return;
        }

        var reader = new Utf8JsonReader(data);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        document.RootElement.WriteTo(_json);
    }
}
