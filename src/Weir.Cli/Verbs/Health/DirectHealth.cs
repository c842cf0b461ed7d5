using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Server.Configuration;
using Weir.Server.Hosting;
using Weir.Server.Roles;
using Weir.Server.Security;

namespace Weir.Cli.Verbs.Health;

/// <summary>
/// The health system on drives that no daemon looks after: a daemon in this process, for as long as a verb runs, with a feed and a state of its
/// own that are gone afterwards. It does what it is asked for and nothing by itself.
/// </summary>
internal sealed class DirectHealth : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-health-");
    private readonly Daemon _daemon;
    private readonly Task<bool> _running;
    private HealthApi? _api;

    private DirectHealth(IReadOnlyList<string> drives, ILoggerFactory loggers)
    {
        // Other users of the machine are kept out: what this may do to the drives, they may not.
        TokenFile.Write(TokensPath, [Token.Create("weir", AccessRole.Admin, DateTimeOffset.UtcNow, out string text)]);
        TokenText = text;
        File.WriteAllText(ConfigurationPath, Configure(drives));
        _daemon = new(new()
        {
            LoadConfiguration = () => ConfigurationLoader.Load(ConfigurationPath, []),
            ApplyLog = _ => { },
            Loggers = loggers,
            Roles = [RoleNames.Health, RoleNames.Api],
            Version = typeof(DirectHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            ReadVariable = _ => null,
        });
        _running = Task.Run(() => _daemon.RunAsync(_stopping.Token));
    }

    public HealthApi Api => _api!;

    private string TokenText { get; }

    private string TokensPath => Path.Combine(_directory.FullName, "tokens");

    private string ConfigurationPath => Path.Combine(_directory.FullName, "weir.yaml");

    /// <exception cref="IOException">It does not start; the message says why.</exception>
    public static async Task<DirectHealth> StartAsync(IReadOnlyList<string> drives, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var direct = new DirectHealth(drives, loggers);
        try
        {
            await direct.WhenStartedAsync(cancellationToken);
            return direct;
        }
        catch
        {
            await direct.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        await _stopping.CancelAsync();
        await ((Task)_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _daemon.Dispose();
        _stopping.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task WhenStartedAsync(CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(_daemon.Started, _running).WaitAsync(cancellationToken) == _running) await _running;
        if (_daemon.Statuses.FirstOrDefault(role => !role.IsUp) is { } down) throw new IOException($"The drives cannot be looked after: {down.Problem ?? $"role {down.Name} is {down.StateName}"}");
        _api = new(new(_daemon.HttpAddresses[0]), TokenText, authority: null);
        await _api.PutAsync("/admin/policy/scan", """{"default_scan_interval":"off","backs_off":false}""", cancellationToken);
        await _api.PutAsync("/admin/policy/heal", """{"auto_heal_enabled":false}""", cancellationToken);
        await _api.PostAsync("/admin/system/start", null, cancellationToken);
    }

    private string Configure(IReadOnlyList<string> drives)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, OutputJson.Indented))
        {
            // JSON is YAML.
            json.WriteStartObject();
            WriteSection(json, "feed", ("url", $"file:{Path.Combine(_directory.FullName, "feed")}"));
            WriteSection(json, "auth", ("tokens_file", TokensPath), ("loopback", "token"));
            WriteSection(json, "api", ("listen", "127.0.0.1:0"));
            json.WriteStartObject("health");
            json.WriteString("autostart", "false");
            json.WriteStartArray("pools");
            json.WriteStartObject();
            json.WriteString("name", "drives");
            json.WriteStartArray("drives");
            foreach (string drive in drives) json.WriteStringValue(Path.GetFullPath(drive));
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void WriteSection(Utf8JsonWriter json, string name, params ReadOnlySpan<(string Key, string Value)> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in values) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
