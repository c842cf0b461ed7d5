using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Server.Configuration;
using Weir.Server.Http;

namespace Weir.Cli.Verbs.Health;

/// <summary>A verb that asks a daemon's health API.</summary>
internal abstract class HealthVerb : Verb
{
    private const string ClearScreen = "\e[H\e[J";
    private const string UrlVariable = "WEIR_URL";
    private const string TokenVariable = "WEIR_TOKEN_FILE";

    /// <summary>How often what changes is looked at.</summary>
    protected static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly Option<string?> _config = SharedOptions.Config("The configuration: api.listen says where the daemon is.");
    private readonly Option<string?> _url = new("--url") { HelpName = "URL", Description = $"The daemon ({UrlVariable}; the configuration's api.listen; http://127.0.0.1:9400)." };
    private readonly Option<string?> _tokenFile = new("--token-file") { HelpName = "FILE", Description = $"Show the token on the file's first line ({TokenVariable})." };
    private readonly Option<string?> _ca = new("--ca") { HelpName = "FILE", Description = "Who signs the daemon's certificate, in PEM (the system's authorities)." };

    protected HealthVerb(string name, string summary) : base(name, summary)
    {
        foreach (Option option in (Option[])[_config, _url, _tokenFile, _ca, Json]) Options.Add(option);
    }

    protected Option<bool> Json { get; } = SharedOptions.Json();

    protected static IReadOnlyList<HelpEntry> HealthEnvironment { get; } =
    [
        new(UrlVariable, "The daemon, when --url names none."),
        new(TokenVariable, "The file of the token to show."),
    ];

    protected static IReadOnlyList<HelpEntry> HealthFiles { get; } = [new(ConfigurationLoader.DefaultPath, "Weir's configuration, if it is there.")];

    protected HealthApi Connect(Invocation run) => new(FindAddress(run), ReadToken(run), run.Get(_ca));

    /// <summary>Prints what was answered as one line of JSON.</summary>
    protected static void WriteJson(Invocation run, JsonElement data)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact)) data.WriteTo(json);
        run.Out.EndLine();
    }

    /// <summary>Shows something again and again until it says that it has ended, or the user has seen enough.</summary>
    protected static async Task<int> WatchAsync(Invocation run, Func<Task<bool>> show, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (run.Terminal.IsOutTerminal) run.Out.Write(ClearScreen);
            bool hasEnded = await show();
            run.Out.Flush();
            if (hasEnded) return ExitCode.Done;
            await Task.Delay(WatchInterval, run.Time, cancellationToken);
        }
    }

    protected static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach ((string name, string? value) in parameters)
        {
            if (value is not null) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    protected static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private Uri FindAddress(Invocation run)
    {
        if ((run.Get(_url) ?? run.Terminal.ReadVariable(UrlVariable)) is { } text)
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url : throw new UsageException($"--url: '{text}' is not a URL such as http://127.0.0.1:9400");
        ListenAddress listen = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables).ThrowIfInvalid().Options.Api.Listen[0];
        IPAddress address = listen.Address.Equals(IPAddress.IPv6Any) || listen.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listen.Address;
        return new($"{(listen.IsTls ? "https" : "http")}://{new IPEndPoint(address, listen.Port)}");
    }

    private string? ReadToken(Invocation run)
    {
        string? path = run.Get(_tokenFile) ?? run.Terminal.ReadVariable(TokenVariable);
        return path is null ? null : File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } token ? token : throw new IOException($"{path} has no token on its first line");
    }
}
