using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Posts events as CloudEvents 1.0 in structured JSON (https://github.com/cloudevents/spec).</summary>
public sealed class WebhookNotifier : INotifier, IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
    private readonly Uri _address;

    /// <param name="address">Where to.</param>
    /// <param name="token">Sent as a bearer token; null for none.</param>
    public WebhookNotifier(Uri address, string? token)
    {
        _address = address;
        if (token is not null) _client.DefaultRequestHeaders.Authorization = new("Bearer", token);
    }

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(Write(one));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
        using HttpResponseMessage answer = await _client.PostAsync(_address, content, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return;
        string message = $"{_address.Host} answers {(int)answer.StatusCode} {answer.ReasonPhrase}";
        bool isForGood = (int)answer.StatusCode is >= 400 and < 500 && answer.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
        throw isForGood ? new NotifierRefusedException(message) : new IOException(message);
    }

    public void Dispose() => _client.Dispose();

    private static byte[] Write(StorageEvent one)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("id"u8, one.EventId);
            json.WriteString("source"u8, "/topics/block:events");
            json.WriteString("type"u8, $"io.weir.block.{one.EventType}");
            if (one.Device.Wwid.Length > 0) json.WriteString("subject"u8, one.Device.Wwid);
            json.WriteString("time"u8, one.Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("datacontenttype"u8, "application/json"u8);
            json.WritePropertyName("data"u8);
            StorageEventWriter.Write(one, json);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
