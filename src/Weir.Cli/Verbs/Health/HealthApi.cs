using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Health;

/// <summary>The health API of a daemon, as the verbs ask it.</summary>
internal sealed class HealthApi : IDisposable
{
    private const long MostAnswerBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly HttpClient _client;

    /// <param name="address">Where it is, as <c>http://127.0.0.1:9400</c>.</param>
    /// <param name="token">To show; null for none.</param>
    /// <param name="authority">Who signs its certificate, a PEM file; null: the system's authorities.</param>
    public HealthApi(Uri address, string? token, string? authority)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
        if (authority is not null) handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(authority) };
        _client = new(handler) { BaseAddress = address, Timeout = Patience, MaxResponseContentBufferSize = MostAnswerBytes };
        if (token is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => DataAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<JsonElement> PostAsync(string path, string? body, CancellationToken cancellationToken) => DataAsync(HttpMethod.Post, path, body, cancellationToken);

    public Task<JsonElement> PutAsync(string path, string body, CancellationToken cancellationToken) => DataAsync(HttpMethod.Put, path, body, cancellationToken);

    /// <summary>An answer that is no JSON.</summary>
    /// <exception cref="IOException">It does not answer, or refuses.</exception>
    public async Task<string> TextAsync(string path, CancellationToken cancellationToken)
    {
        (HttpStatusCode status, string text) = await SendAsync(HttpMethod.Get, path, null, cancellationToken);
        return status == HttpStatusCode.OK ? text : throw Refusal(path, status, text);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>The data of an answer's envelope.</summary>
    /// <exception cref="IOException">It does not answer, or refuses; the message is the API's.</exception>
    private async Task<JsonElement> DataAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        (HttpStatusCode status, string text) = await SendAsync(method, path, body, cancellationToken);
        if (status != HttpStatusCode.OK) throw Refusal(path, status, text);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.GetProperty("data").Clone();
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new IOException($"{_client.BaseAddress} answers, and not as Weir's health API does; --url names another.");
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, cancellationToken);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException failed)
        {
            throw new IOException($"{_client.BaseAddress} cannot be reached: {failed.Message} --url names another daemon.", failed);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{_client.BaseAddress} did not answer within {Patience.TotalSeconds:0} s.");
        }
    }

    private static IOException Refusal(string path, HttpStatusCode status, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return new IOException(document.RootElement.GetProperty("error").GetProperty("message").GetString());
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new IOException($"{path} was answered with {(int)status}.");
        }
    }

    private static X509ChainPolicy Trust(string authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(authority);
        }
        catch (CryptographicException wrong)
        {
            throw new UsageException($"--ca: {authority} has no certificates in PEM: {wrong.Message}");
        }

        return policy;
    }
}
