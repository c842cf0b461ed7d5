using System.Globalization;
using Weir.Coordinator.Scheduling;
using Weir.Feed.Redis;
using Weir.Server.Coordinator;

namespace Weir.Server.Configuration.Sections;

/// <summary>The keys of section <c>coordinator</c>, and what must hold between them.</summary>
public static class CoordinatorKeys
{
    private const string Section = "coordinator";

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        List("listen", "Where plain TCP is spoken, HOST:PORT each; beyond loopback this needs agents_file or plain_tcp.", (section, items) => section.Listen = Checked(items, CheckPlace), section => section.Listen),
        List("listen_tls", "Where TLS is spoken, HOST:PORT each.", (section, items) => section.ListenTls = Checked(items, CheckPlace), section => section.ListenTls),
        ConfigurationKey.Scalar(Section, "plain_tcp", "Whether anybody who reaches a plain address may come in (true or false).", ApplyPlainTcp, options => options.Coordinator.PlainTcp ? "true" : "false"),
        FilePath("tls_certificate", "The certificate for TLS, in PEM, with its chain.", (section, path) => section.TlsCertificate = path, section => section.TlsCertificate),
        FilePath("tls_key", "Its key, in PEM.", (section, path) => section.TlsKey = path, section => section.TlsKey),
        FilePath("tls_client_ca", "Who signs clients' certificates, in PEM (unset: clients show tokens).", (section, path) => section.TlsClientCa = path, section => section.TlsClientCa),
        FilePath("agents_file", "Who may connect, and what they may do.", (section, path) => section.AgentsFile = path, section => section.AgentsFile),
        Text("fsname", "The file system's name.", (section, text) => section.FsName = text, section => section.FsName),
        List("archive_ids", "Archive ids to register with Lustre for (unset: all).", (section, items) => section.ArchiveIds = [.. items.Select(ParseArchive)], section => [.. section.ArchiveIds.Select(Number)]),
        FilePath("mountpoint", "Where the file system is mounted (unset: no registration with Lustre, requests come by queue).", (section, path) => section.MountPoint = path, section => section.MountPoint),
        FilePath("owners_mountpoint", "Where the file system is mounted to look up the owners of files for fair=uid, gid and project (unset: mountpoint).", (section, path) => section.OwnersMountPoint = path, section => section.OwnersMountPoint),
        Time("client_grace", "How long the work of an agent that is gone waits for it.", TimeSpan.Zero, (section, time) => section.ClientGrace = time, section => section.ClientGrace),
        List("archive_on_hosts", "Archives whose data has a tag go to certain agents: TAG HOST…, one or a list. A tag that ends in '= N' decides by the hash of its value.", ApplyMappings, section => [.. section.HostMappings.Select(CoordinatorText.Format)]),
        Optional("batch_idle", "Archives with equal data go together; a slot without work is given up after this long (unset: no batches).", (section, time) => section.BatchIdle = time, section => section.BatchIdle),
        Time("batch_max", "A slot is given up after this long, work or not (0: never).", TimeSpan.Zero, (section, time) => section.BatchMax = time, section => section.BatchMax),
        Count("batch_slots", "Slots per agent.", 1, 1000, (section, count) => section.BatchSlots = count, section => section.BatchSlots),
        Text("reporting_dir", "Below the mount point: where reports go (unset: none).", (section, text) => section.ReportingDirectory = text, section => section.ReportingDirectory),
        Text("reporting_hint", "The hint whose value names a request's report.", (section, text) => section.ReportingHint = text, section => section.ReportingHint),
        Time("reporting_interval", "How often the progress of waiting restores is told.", TimeSpan.FromSeconds(1), (section, time) => section.ReportingInterval = time, section => section.ReportingInterval),
        List("classes", "Priority classes, highest first: NAME KEY=VALUE…; 'default' says how the rest is treated (docs/coordinator-protocol.md).", ApplyClasses, section => [.. section.Classes.Select(CoordinatorText.Format)]),
        List("archive_rates", "Most requests per archive: ID PER-SECOND [BURST], one or a list.", ApplyArchiveRates, section => [.. section.ArchiveRates.Select(rate => $"{Number(rate.Key)} {CoordinatorText.Format(rate.Value)}")]),
        List("agent_rates", "Most requests per agent: NAME PER-SECOND [BURST], '*' for all that are not named.", ApplyAgentRates, FormatAgentRates),
        ConfigurationKey.Scalar(Section, "back_off", "An agent that left work unfinished gets none for this long, then twice as long, up to the second: FIRST MOST (unset: never).", ApplyBackOff, FormatBackOff),
        List("leftovers", "Files of the MDT's active requests (hsm/active_requests, hsm/actions), patterns; what they have and the coordinator does not is taken in at the start.", (section, items) => section.Leftovers = items, section => section.Leftovers),
        ConfigurationKey.Scalar(Section, "redis_host", "The Redis server of an existing coordinatool, a host or redis[s]://[user:pass@]host[:port][/db]; its requests are taken over at the first start (unset or '': none).", ApplyRedisHost, options => ShowRedisHost(options.Coordinator.RedisHost)),
        Count("redis_port", "Its port.", 1, 65535, (section, count) => section.RedisPort = count, section => section.RedisPort),
        Count("max_requests", "Most requests, queued and running.", 1, 1 << 28, (section, count) => section.MaxRequests = count, section => section.MaxRequests),
        Count("max_agents", "Most agents, connected and within their grace time.", 1, 1 << 20, (section, count) => section.MaxAgents = count, section => section.MaxAgents),
        Count("max_connections", "Most connections.", 1, 1 << 16, (section, count) => section.MaxConnections = count, section => section.MaxConnections),
    ];

    /// <summary>What does not go together, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(CoordinatorSection section)
    {
        if ((section.TlsCertificate is null) != (section.TlsKey is null)) yield return ("tls_key", "tls_certificate and tls_key are needed together");
        if (section.ListenTls.Count > 0 && section.TlsCertificate is null) yield return ("listen_tls", "needs tls_certificate and tls_key");
        if (section.ListenTls.Count > 0 && section.TlsClientCa is null && section.AgentsFile is null)
            yield return ("listen_tls", "needs tls_client_ca or agents_file, or nobody could show who they are");
        if (section.ReportingDirectory is not null && section.ReportingHint is null) yield return ("reporting_dir", "needs reporting_hint");
        if (section.ReportingDirectory is not null && section.MountPoint is null) yield return ("reporting_dir", "needs mountpoint, as reports go below it");
        bool goesByOwner = section.Classes.Append(section.DefaultClass).Any(one => one.FairBy is FairBy.Uid or FairBy.Gid or FairBy.Project);
        if (goesByOwner && (section.OwnersMountPoint ?? section.MountPoint) is null) yield return ("classes", "fair=uid, gid and project need owners_mountpoint or mountpoint, as owners are looked up there");
        foreach (string place in section.Listen)
        {
            if (!section.PlainTcp && section.AgentsFile is null && !CoordinatorText.IsLoopback(place))
                yield return ("listen", $"'{place}' can be reached from other machines; that needs agents_file, or plain_tcp: true to let everybody in, or listen_tls instead");
        }
    }

    private static ConfigurationKey List(string name, string description, Action<CoordinatorSection, IReadOnlyList<string>> apply, Func<CoordinatorSection, IReadOnlyList<string>> read) =>
        new(Section, name, description, (options, value) => Try(() => apply(options.Coordinator, value.Items)), options => read(options.Coordinator) is { Count: > 0 } items ? items : null) { IsList = true };

    private static ConfigurationKey Text(string name, string description, Action<CoordinatorSection, string> apply, Func<CoordinatorSection, string?> read) =>
        ConfigurationKey.Scalar(Section, name, description, (options, text) => text.Length == 0 ? "is empty" : Try(() => apply(options.Coordinator, text)), options => read(options.Coordinator));

    private static ConfigurationKey FilePath(string name, string description, Action<CoordinatorSection, string> apply, Func<CoordinatorSection, string?> read) =>
        Text(name, description, (section, text) => apply(section, Path.IsPathRooted(text) ? text : throw new FormatException($"'{text}' is not a whole path; it must start with '/'")), read);

    private static ConfigurationKey Time(string name, string description, TimeSpan least, Action<CoordinatorSection, TimeSpan> apply, Func<CoordinatorSection, TimeSpan> read) =>
        ConfigurationKey.Time(Section, name, description, least, TimeSpan.FromDays(3650), (options, time) => apply(options.Coordinator, time), options => read(options.Coordinator));

    private static ConfigurationKey Optional(string name, string description, Action<CoordinatorSection, TimeSpan> apply, Func<CoordinatorSection, TimeSpan?> read) =>
        Text(name, description, (section, text) => apply(section, CoordinatorText.ParseDuration(text)), section => read(section) is { } time ? Duration.Format(time) : null);

    private static ConfigurationKey Count(string name, string description, int least, int most, Action<CoordinatorSection, int> apply, Func<CoordinatorSection, int> read) =>
        Text(
            name, description,
            (section, text) => apply(section, int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most
                ? count
                : throw new FormatException($"'{text}' is not a number from {Number(least)} to {Number(most)}")),
            section => Number(read(section)));

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

    private static IReadOnlyList<string> Checked(IReadOnlyList<string> items, Action<string> check)
    {
        foreach (string item in items) check(item);
        return items;
    }

    private static void CheckPlace(string text) => CoordinatorText.ParsePlace(text);

    private static string? ApplyPlainTcp(WeirOptions options, string text)
    {
        if (text is not ("true" or "false")) return $"'{text}' is neither true nor false";
        options.Coordinator.PlainTcp = text == "true";
        return null;
    }

    private static string? ApplyRedisHost(WeirOptions options, string text)
    {
        if (RedisUrl.IsRedis(text))
        {
            if (!RedisUrl.TryParse(text, out RedisUrl? url, out string problem)) return problem;
            if (url.Mode != RedisMode.Single) return "coordinatool keeps its requests on one server: redis:// or rediss://";
        }
        else if (text.IndexOfAny([' ', '/', '@']) >= 0)
        {
            return "neither the name or the address of a host nor redis[s]://[user:pass@]host[:port][/db]";
        }

        options.Coordinator.RedisHost = text;
        return null;
    }

    /// <summary>Without a password.</summary>
    private static string? ShowRedisHost(string? text) => text is not null && RedisUrl.TryParse(text, out RedisUrl? url, out _) ? url.ToString() : text;

    private static void ApplyMappings(CoordinatorSection section, IReadOnlyList<string> items) => section.HostMappings = [.. items.Select(CoordinatorText.ParseMapping)];

    private static void ApplyClasses(CoordinatorSection section, IReadOnlyList<string> items)
    {
        SchedulingClass[] all = [.. items.Select(CoordinatorText.ParseClass)];
        if (all.Select(one => one.Name).Distinct().Count() < all.Length) throw new FormatException("two classes have the same name");
        section.DefaultClass = all.FirstOrDefault(one => one.Name == SchedulingClass.Default.Name) ?? SchedulingClass.Default;
        section.Classes = [.. all.Where(one => one.Name != SchedulingClass.Default.Name)];
    }

    private static void ApplyArchiveRates(CoordinatorSection section, IReadOnlyList<string> items) =>
        section.ArchiveRates = items.Select(CoordinatorText.ParseRate).ToDictionary(rate => ParseArchive(rate.Name), rate => rate.Limit);

    private static void ApplyAgentRates(CoordinatorSection section, IReadOnlyList<string> items)
    {
        (string Name, RateLimit Limit)[] rates = [.. items.Select(CoordinatorText.ParseRate)];
        section.AgentRates = rates.Where(rate => rate.Name != "*").ToDictionary(rate => rate.Name, rate => rate.Limit);
        section.AgentRate = rates.Any(rate => rate.Name == "*") ? rates.First(rate => rate.Name == "*").Limit : null;
    }

    private static IReadOnlyList<string> FormatAgentRates(CoordinatorSection section)
    {
        IEnumerable<string> named = section.AgentRates.Select(rate => $"{rate.Key} {CoordinatorText.Format(rate.Value)}");
        return [.. named, .. section.AgentRate is { } rest ? [$"* {CoordinatorText.Format(rest)}"] : Array.Empty<string>()];
    }

    private static string? ApplyBackOff(WeirOptions options, string text) => Try(() =>
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2) throw new FormatException($"'{text}' is not FIRST MOST, two durations such as 1s 5m");
        BackOffOptions backOff = new() { First = CoordinatorText.ParseDuration(words[0]), Most = CoordinatorText.ParseDuration(words[1]) };
        if (backOff.First <= TimeSpan.Zero || backOff.Most < backOff.First) throw new FormatException($"'{text}': the first is above 0 and not above the second");
        options.Coordinator.BackOff = backOff;
    });

    private static string? FormatBackOff(WeirOptions options) =>
        options.Coordinator.BackOff is { } backOff ? $"{Duration.Format(backOff.First)} {Duration.Format(backOff.Most)}" : null;

    private static uint ParseArchive(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id is > 0 and <= int.MaxValue
        ? id
        : throw new FormatException($"'{text}' is not an archive id");

    private static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
