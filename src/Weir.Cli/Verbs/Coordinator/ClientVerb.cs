using System.CommandLine;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Server;
using Weir.Server.Configuration;
using Weir.Server.Coordinator;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary>A verb that asks a coordinator for something, with the options and the configuration of <c>coordinatool-client</c>.</summary>
internal abstract class ClientVerb : Verb
{
    private readonly Option<string?> _config = SharedOptions.Config("The configuration, or the original's coordinatool.conf.");
    private readonly Option<string?> _host = new("--host", "-H") { HelpName = "HOST", Description = "The coordinator (COORDINATOOL_HOST; the configuration's; 127.0.0.1)." };
    private readonly Option<int?> _port = new("--port", "-p") { HelpName = "PORT", Description = "Its port (COORDINATOOL_PORT; 5123)." };
    private readonly Option<string?> _tokenFile = new("--token-file") { HelpName = "FILE", Description = "Show the token on the file's first line (WEIR_COORDINATOR_TOKEN_FILE)." };
    private readonly Option<bool> _tls = new("--tls") { Description = "Speak TLS." };
    private readonly Option<string?> _ca = new("--ca") { HelpName = "FILE", Description = "With --tls: who signs the coordinator's certificate, in PEM (the system's authorities)." };
    private readonly Option<string?> _certificate = new("--cert") { HelpName = "FILE", Description = "With --tls: the certificate to show, in PEM." };
    private readonly Option<string?> _key = new("--key") { HelpName = "FILE", Description = "Its key, in PEM." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say more." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say less." };

    protected ClientVerb(string name, string summary) : base(name, summary)
    {
        foreach (Option option in (Option[])[_config, _host, _port, _tokenFile, _tls, _ca, _certificate, _key, _verbose, _quiet]) Options.Add(option);
    }

    protected static IReadOnlyList<HelpEntry> ClientEnvironment { get; } =
    [
        new("COORDINATOOL_HOST, _PORT", "The coordinator, before what a file says."),
        new("COORDINATOOL_CONF", "The original's file, when --config names none."),
        new("WEIR_COORDINATOR_TOKEN_FILE", "The file of the token to show."),
    ];

    protected static IReadOnlyList<HelpEntry> ClientFiles { get; } =
    [
        new(CoordinatoolFile.DefaultPath, "The original's configuration, if it is there."),
        new(ConfigurationLoader.DefaultPath, "Weir's: coordinator.listen says where the coordinator is."),
    ];

    /// <summary>What the original's file and variables say.</summary>
    protected CoordinatoolFile ReadOriginal(Invocation run)
    {
        string? path = run.Get(_config);
        CoordinatoolFile file = CoordinatoolFile.Read(path is not null && CoordinatoolFile.Recognizes(path) ? path : null, run.Terminal.Variables);
        if (run.Get(_quiet)) run.UseLogLevel("error");
        else if (run.Get(_verbose)) run.UseLogLevel("debug");
        else if (CoordinatoolServerSettings.LogLevel(file.Find("verbose")?.Text) is { } level && level != "info") run.UseLogLevel(level);
        return file;
    }

    /// <summary>Where the coordinator is, and how it is spoken to.</summary>
    protected CoordinatorAddress ReadAddress(Invocation run, CoordinatoolFile file)
    {
        (string host, int port) = FindPlace(run, file);
        return new() { Host = host, Port = port, Token = ReadToken(run), Tls = ReadTls(run, host) };
    }

    protected async Task<CoordinatorConnection> ConnectAsync(Invocation run, CancellationToken cancellationToken) =>
        await CoordinatorConnection.OpenAsync(ReadAddress(run, ReadOriginal(run)), cancellationToken);

    /// <summary>A number with the suffixes K, M and G, as the original's files have them.</summary>
    protected static long ParseSize(string text, string what)
    {
        string digits = text.TrimEnd('K', 'M', 'G', 'k', 'm', 'g');
        int shift = text.Length == digits.Length ? 0 : char.ToUpperInvariant(text[digits.Length]) switch { 'K' => 10, 'M' => 20, _ => 30 };
        bool isNumber = text.Length - digits.Length <= 1 && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value is >= -1 and < 1L << 32;
        return isNumber ? long.Parse(digits, CultureInfo.InvariantCulture) << shift : throw new UsageException($"{what}: '{text}' is not a number");
    }

    private (string Host, int Port) FindPlace(Invocation run, CoordinatoolFile file)
    {
        string? path = run.Get(_config);
        string? host = run.Get(_host) ?? file.Find("host")?.Text;
        int? port = run.Get(_port) ?? (file.Find("port") is { } text ? ParsePort(text) : null);
        if (host is null && !(path is not null && CoordinatoolFile.Recognizes(path)))
        {
            EffectiveConfiguration configuration = ConfigurationLoader.Load(path, run.Terminal.Variables).ThrowIfInvalid();
            if (configuration.Options.Coordinator.Listen is { Count: > 0 } listen) (host, port) = Split(listen[0], port);
        }

        return (host is null or "*" ? "127.0.0.1" : host, port ?? CoordinatorServerOptions.DefaultPort);
    }

    private static (string Host, int Port) Split(string place, int? port)
    {
        int colon = place.LastIndexOf(':');
        return (place[..colon].Trim('[', ']'), port ?? int.Parse(place[(colon + 1)..], CultureInfo.InvariantCulture));
    }

    private static int ParsePort(ConfigurationValue value) =>
        ushort.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 ? port : throw new UsageException($"{value.Source}: '{value.Text}' is not a port");

    private string? ReadToken(Invocation run)
    {
        string? path = run.Get(_tokenFile) ?? run.Terminal.ReadVariable("WEIR_COORDINATOR_TOKEN_FILE");
        return path is null ? null : File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } token ? token : throw new IOException($"{path} has no token on its first line");
    }

    private SslClientAuthenticationOptions? ReadTls(Invocation run, string host)
    {
        if (!run.Get(_tls))
            return run.Get(_ca) is null && run.Get(_certificate) is null ? null : throw new UsageException("--ca and --cert go with --tls");
        if ((run.Get(_certificate) is null) != (run.Get(_key) is null)) throw new UsageException("--cert and --key go together");
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (run.Get(_ca) is { } ca)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(CoordinatorComposition.ReadAuthorities(ca));
        }

        if (run.Get(_certificate) is { } certificate) options.ClientCertificateContext = CoordinatorComposition.ReadCertificate(certificate, run.Get(_key)!);
        return options;
    }
}
