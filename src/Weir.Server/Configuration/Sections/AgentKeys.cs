using System.Globalization;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Commands;
using Weir.Coordinator.Movers.Posix;
using Weir.Server.Coordinator;
using Weir.Server.Http;

namespace Weir.Server.Configuration.Sections;

/// <summary>The keys of section <c>agent</c>, and what must hold between them.</summary>
public static class AgentKeys
{
    private const string Section = "agent";
    private const int MostItems = 256;
    private const int MostSlots = 1024;

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        ConfigurationKey.Choice(Section, "source", "Who sends the work: coordinator, or lustre (the MDTs themselves).", ["coordinator", "lustre"], (options, word) => options.Agent.IsRegistered = word == "lustre", options => options.Agent.IsRegistered ? "lustre" : "coordinator"),
        Text("coordinator", "The coordinator, HOST:PORT (unset: what coordinator.listen says).", (section, text) => { CoordinatorText.ParsePlace(text); section.Coordinator = text; }, section => section.Coordinator),
        Text("id", "The agent's name, one of its own for each agent (unset: the host's).", (section, text) => section.Id = CheckId(text), section => section.Id),
        FilePath("token_file", "The token to show, the file's first line (unset: none).", (section, path) => section.TokenFile = path, section => section.TokenFile),
        ConfigurationKey.Choice(Section, "tls", "Whether to speak TLS with the coordinator: on or off.", ["off", "on"], (options, word) => options.Agent.UsesTls = word == "on", options => options.Agent.UsesTls ? "on" : "off"),
        FilePath("tls_ca", "Who signs the coordinator's certificate, in PEM (unset: the system's authorities).", (section, path) => section.TlsCa = path, section => section.TlsCa),
        FilePath("tls_certificate", "The agent's own certificate, in PEM (unset: none).", (section, path) => section.TlsCertificate = path, section => section.TlsCertificate),
        FilePath("tls_key", "Its key, in PEM.", (section, path) => section.TlsKey = path, section => section.TlsKey),
        FilePath("mountpoint", "Where the file system is mounted.", (section, path) => section.MountPoint = path, section => section.MountPoint),
        List("archive_ids", "The archive ids to serve (unset: all).", item => TryParseArchive(item, out _) ? null : $"'{item}' is not an archive id", (section, items) => section.ArchiveIds = [.. items.Select(ParseArchive)], section => [.. section.ArchiveIds.Select(Number)]),
        FilePath("hsm_root", "posix: the archive's directory.", (section, path) => section.HsmRoot = path, section => section.HsmRoot),
        ConfigurationKey.Choice(Section, "layout", "posix: where in it copies lie, as lhsmtool_posix's --archive-format has it.", ["v1", "v2"], (options, word) => options.Agent.Layout = word == "v2" ? ArchiveLayout.V2 : ArchiveLayout.V1, options => options.Agent.Layout == ArchiveLayout.V2 ? "v2" : "v1"),
        ConfigurationKey.Choice(Section, "require_mount", "posix: yes: hsm_root must be a mount point, and nothing is written while it is none.", ["no", "yes"], (options, word) => options.Agent.MustBeMounted = word == "yes", options => options.Agent.MustBeMounted ? "yes" : "no"),
        Count("archive_slots", "Archives at once.", 1, MostSlots, (section, number) => section.ArchiveSlots = number, section => section.ArchiveSlots),
        Count("restore_slots", "Restores at once.", 1, MostSlots, (section, number) => section.RestoreSlots = number, section => section.RestoreSlots),
        Count("remove_slots", "Removes at once.", 1, MostSlots, (section, number) => section.RemoveSlots = number, section => section.RemoveSlots),
        ConfigurationKey.Size(Section, "archive_bandwidth", "posix: bytes per second over all archives (0: no limit).", (options, bytes) => options.Agent.ArchiveBandwidth = bytes, options => options.Agent.ArchiveBandwidth),
        ConfigurationKey.Size(Section, "restore_bandwidth", "posix: bytes per second over all restores (0: no limit).", (options, bytes) => options.Agent.RestoreBandwidth = bytes, options => options.Agent.RestoreBandwidth),
        Count("retries", "Attempts after the first, for errors that may pass.", 0, 1000, (section, number) => section.Retries = number, section => section.Retries),
        Time("retry_first", "The delay before the first retry; it doubles.", TimeSpan.FromMilliseconds(1), (section, time) => section.RetryFirst = time, section => section.RetryFirst),
        Time("retry_most", "The longest delay.", TimeSpan.FromMilliseconds(1), (section, time) => section.RetryMost = time, section => section.RetryMost),
        List("retry_on", "The errors that may pass, names or numbers.", item => MoverErrno.TryParse(item, out _) ? null : $"'{item}' is no error number of Linux, such as EIO or 5", (section, items) => section.RetryOn = [.. items.Select(ParseErrno)], section => [.. section.RetryOn.Select(MoverErrno.Name)]),
        Time("progress_interval", "How often the MDT is told how far an action is; it also learns so of a cancel.", TimeSpan.FromMilliseconds(100), (section, time) => section.ProgressInterval = time, section => section.ProgressInterval),
        Text("program", "command: the program and its arguments, with placeholders such as {fid} (docs/copytools.md).", ApplyProgram, section => section.Program),
        Time("program_timeout", "command: how long the program may take (0: as long as it likes).", TimeSpan.Zero, (section, time) => section.ProgramTimeout = time, section => section.ProgramTimeout),
        List("exit_codes", "command: what the program's exit codes mean, CODE=ERRNO (75 is EAGAIN, every other but 0 EIO).", CheckExitCode, (section, items) => section.ExitCodes = [.. items.Select(ExitCodes.Parse)], section => [.. section.ExitCodes.Select(pair => $"{Number(pair.Key)}={MoverErrno.Name(pair.Value)}")]),
        List("metrics", "Where metrics and readiness are served, one ADDRESS:PORT or a list (unset: nowhere). Beyond loopback as api.listen.", item => ListenAddress.TryParse(item, out _, out string problem) ? null : problem, (section, items) => section.Metrics = [.. items.Select(ListenAddress.Parse)], section => section.Metrics is { Count: > 0 } all ? [.. all.Select(address => address.ToString())] : null),
    ];

    /// <summary>What does not go together, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(AgentSection section, ApiOptions api)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(api);
        if (section.TlsCertificate is null != section.TlsKey is null) yield return ("tls_key", "tls_certificate and tls_key are needed together");
        if (!section.UsesTls && (section.TlsCa is not null || section.TlsCertificate is not null)) yield return ("tls", "is off, and tls_ca or tls_certificate is set: nothing would be encrypted");
        if (section.RetryMost < section.RetryFirst) yield return ("retry_most", "is below retry_first");
        if (section.Metrics.FirstOrDefault(address => address.IsTls) is { } open && api.TlsCertificate is null)
            yield return ("metrics", $"'{open}' needs TLS (api.tls_certificate, api.tls_key)");
    }

    private static ConfigurationKey Text(string name, string description, Action<AgentSection, string> apply, Func<AgentSection, string?> read) =>
        ConfigurationKey.Scalar(Section, name, description, (options, text) => text.Length == 0 ? "is empty" : Try(() => apply(options.Agent, text)), options => read(options.Agent));

    private static ConfigurationKey FilePath(string name, string description, Action<AgentSection, string> apply, Func<AgentSection, string?> read) =>
        ConfigurationKey.FilePath(Section, name, description, (options, path) => apply(options.Agent, path), options => read(options.Agent));

    private static ConfigurationKey List(string name, string description, Func<string, string?> check, Action<AgentSection, IReadOnlyList<string>> apply, Func<AgentSection, IReadOnlyList<string>?> read) =>
        ConfigurationKey.List(Section, name, description, MostItems, check, (options, items) => apply(options.Agent, items), options => read(options.Agent) is { Count: > 0 } items ? items : null);

    private static ConfigurationKey Time(string name, string description, TimeSpan least, Action<AgentSection, TimeSpan> apply, Func<AgentSection, TimeSpan> read) =>
        ConfigurationKey.Time(Section, name, description, least, TimeSpan.FromDays(365), (options, time) => apply(options.Agent, time), options => read(options.Agent));

    private static ConfigurationKey Count(string name, string description, int least, int most, Action<AgentSection, int> apply, Func<AgentSection, int> read) =>
        ConfigurationKey.Number(Section, name, description, least, most, (options, number) => apply(options.Agent, (int)number), options => read(options.Agent));

    private static string? Try(Action apply)
    {
        try
        {
            apply();
            return null;
        }
        catch (FormatException problem)
        {
            return problem.Message;
        }
    }

    private static string CheckId(string text) => text.Length <= 256 && !text.Any(char.IsControl) ? text : throw new FormatException("an agent's name has up to 256 characters and no control characters");

    private static string? CheckExitCode(string text) => Try(() => ExitCodes.Parse(text));

    private static void ApplyProgram(AgentSection section, string text)
    {
        if (CommandTemplate.Check(CommandWords.Split(text)) is { } problem) throw new FormatException(problem);
        section.Program = text;
    }

    private static int ParseErrno(string text) => MoverErrno.TryParse(text, out int errno) ? errno : 0;

    private static bool TryParseArchive(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;

    private static int ParseArchive(string text) => TryParseArchive(text, out int id) ? id : 0;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
