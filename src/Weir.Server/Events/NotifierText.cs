using System.Globalization;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Notifiers;
using Weir.Feed;
using Weir.Server.Configuration;

namespace Weir.Server.Events;

/// <summary>A notifier as the configuration writes it: <c>KIND [key=value]…</c>.</summary>
public sealed record NotifierText
{
    /// <summary>The forms, for messages and help.</summary>
    public const string Forms = "journald; stdout; mail from=ADDRESS to=ADDRESS[,…] [server=HOST[:PORT] | sendmail=PROGRAM]; irc server=HOST[:PORT] channel=NAME [nick=NAME]; webhook url=URL [token_file=FILE]; hooks [dir=DIR]; and with each "
        + "[name=NAME] [severity=SEVERITY] [sub_system=A,B] [event_type=A,B*] [except_type=A,B*] [blk=A,B] [repeat=TIME] [attempts=N] [retry=TIME] [timeout=TIME]";

    private static readonly string[] Kinds = ["journald", "stdout", "mail", "irc", "webhook", "hooks"];

    private readonly Dictionary<string, string> _values;

    private NotifierText(string text, string kind, Dictionary<string, string> values, NotifierSettings settings)
    {
        Text = text;
        Kind = kind;
        _values = values;
        Settings = settings;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Which kind.</summary>
    public string Kind { get; }

    /// <summary>Its filter and patience.</summary>
    public NotifierSettings Settings { get; }

    /// <summary>Reads one; null, and what is wrong, when it is none.</summary>
    public static NotifierText? Parse(string text, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = "";
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !Kinds.Contains(words[0]))
        {
            problem = $"'{(words.Length == 0 ? text : words[0])}' is no notifier; there are {string.Join(", ", Kinds)}";
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string word in words.Skip(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !values.TryAdd(word[..equals], word[(equals + 1)..]))
            {
                problem = $"'{word}' is not key=value, or is there twice";
                return null;
            }
        }

        try
        {
            return new(text, words[0], values, Check(words[0], values));
        }
        catch (FormatException wrong)
        {
            problem = wrong.Message;
            return null;
        }
    }

    /// <summary>Makes it.</summary>
    /// <param name="output">Standard output.</param>
    /// <exception cref="IOException">A file that it names cannot be read.</exception>
    public INotifier Create(Stream output) => Kind switch
    {
        "journald" => new JournaldNotifier(_values.GetValueOrDefault("socket", JournaldNotifier.DefaultPath)),
        "stdout" => new StdoutNotifier(output),
        "mail" => new MailNotifier(new() { From = _values["from"], To = List("to"), Server = _values.GetValueOrDefault("server"), Sendmail = _values.GetValueOrDefault("sendmail", "/usr/sbin/sendmail") }),
        "irc" => new IrcNotifier(Irc()),
        "webhook" => new WebhookNotifier(new(_values["url"]), _values.TryGetValue("token_file", out string? file) ? File.ReadAllText(file).Trim() : null),
        _ => new HookNotifier(_values.GetValueOrDefault("dir", "/etc/weir/hooks.d")),
    };

    private static NotifierSettings Check(string kind, Dictionary<string, string> values)
    {
        string[] needed = kind switch { "mail" => ["from", "to"], "irc" => ["server", "channel"], "webhook" => ["url"], _ => [] };
        string[] own = kind switch
        {
            "journald" => ["socket"],
            "mail" => ["from", "to", "server", "sendmail"],
            "irc" => ["server", "channel", "nick"],
            "webhook" => ["url", "token_file"],
            "hooks" => ["dir"],
            _ => [],
        };
        string[] known = [.. own, "name", "severity", "sub_system", "event_type", "except_type", "blk", "repeat", "attempts", "retry", "timeout"];
        if (values.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown) throw new FormatException($"{kind} has no key '{unknown}'{Suggestion.Phrase(unknown, known)}");
        if (needed.FirstOrDefault(key => !values.ContainsKey(key)) is { } missing) throw new FormatException($"{kind} needs {missing}=");
        if (kind == "webhook" && (!Uri.TryCreate(values["url"], UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))) throw new FormatException($"'{values["url"]}' is no http address");
        if (kind == "irc" && !values["channel"].StartsWith('#')) throw new FormatException("a channel's name starts with #");
        Severity severity = Severity.Debug;
        if (values.TryGetValue("severity", out string? name) && !Names.TryParse(name, out severity)) throw new FormatException($"'{name}' is none of {string.Join(", ", Names.OfSeverities)}");
        int attempts = 5;
        if (values.TryGetValue("attempts", out string? count) && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out attempts) || attempts is < 1 or > 100)) throw new FormatException($"attempts: '{count}' is not a number from 1 to 100");
        string notifier = values.GetValueOrDefault("name", kind);
        if (!TopicName.IsValid("weir-notify-" + notifier)) throw new FormatException($"'{notifier}' cannot be a notifier's name");
        return new()
        {
            Name = notifier,
            Filter = new()
            {
                Severity = severity,
                SubSystems = Split(values, "sub_system"),
                EventTypes = Split(values, "event_type"),
                ExceptTypes = Split(values, "except_type"),
                Devices = Split(values, "blk"),
            },
            RepeatInterval = Time(values, "repeat", TimeSpan.Zero),
            Attempts = attempts,
            RetryDelay = Time(values, "retry", TimeSpan.FromSeconds(2)),
            Timeout = Time(values, "timeout", TimeSpan.FromSeconds(30)),
        };
    }

    private static TimeSpan Time(Dictionary<string, string> values, string key, TimeSpan otherwise)
    {
        if (!values.TryGetValue(key, out string? text)) return otherwise;
        return Duration.TryParse(text, out TimeSpan time) && time <= TimeSpan.FromDays(30) ? time : throw new FormatException($"{key}: '{text}' is not {Duration.Expected}");
    }

    private static string[] Split(Dictionary<string, string> values, string key) => values.TryGetValue(key, out string? text) ? text.Split(',', StringSplitOptions.RemoveEmptyEntries) : [];

    private string[] List(string key) => Split(_values, key);

    private IrcSettings Irc()
    {
        string server = _values["server"];
        int colon = server.LastIndexOf(':');
        bool hasPort = colon > 0 && int.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        return new(hasPort ? server[..colon] : server, hasPort ? int.Parse(server.AsSpan(colon + 1), CultureInfo.InvariantCulture) : 6667, _values.GetValueOrDefault("nick", "weir"), _values["channel"]);
    }
}
