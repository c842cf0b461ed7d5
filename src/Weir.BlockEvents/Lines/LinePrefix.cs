using System.Buffers;
using System.Buffers.Text;

namespace Weir.BlockEvents.Lines;

/// <summary>What stands before a message, collected piece by piece.</summary>
internal ref struct LinePrefix
{
    private const int MaxWordBytes = 256;

    private static readonly SearchValues<byte> NotInNames = SearchValues.Create("[]:()\"="u8);

    private bool _hasIdentifier;
    private bool _hasStamp;

    public ReadOnlySpan<byte> Identifier { get; private set; }

    public ReadOnlySpan<byte> Host { get; private set; }

    /// <summary>Facility times 8 plus level.</summary>
    public int? Priority { get; private set; }

    public long? Monotonic { get; private set; }

    public long? RealTime { get; private set; }

    public ulong? Sequence { get; private set; }

    /// <summary>How many bytes at the start are one more prefix; 0 when the message begins.</summary>
    public int Take(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return 0;
        return text[0] switch
        {
            (byte)'[' => TakeBrackets(text),
            (byte)'<' => TakePriority(text),
            >= (byte)'0' and <= (byte)'9' => TakeKmsg(text) is > 0 and var kmsg ? kmsg : TakeIso(text),
            _ => TakeFacility(text) is > 0 and var facility ? facility : TakeSyslog(text) is > 0 and var syslog ? syslog : TakeIdentifier(text),
        };
    }

    /// <summary><c>[ 1234.567890]</c>, with spaces, a plus (dmesg's deltas), a date, or a caller (<c>[T123]</c>, <c>[C4]</c>).</summary>
    private int TakeBrackets(ReadOnlySpan<byte> text)
    {
        int end = text[..Math.Min(text.Length, 48)].IndexOf((byte)']');
        if (end < 2) return 0;
        ReadOnlySpan<byte> inside = text[1..end].Trim((byte)' ');
        if (inside.IsEmpty || !(IsSeconds(inside) || IsCaller(inside) || IsDate(inside))) return 0;
        _hasStamp = true;
        int taken = end + 1;
        // One space belongs to the stamp; more are the message's own.
        return taken < text.Length && text[taken] == ' ' ? taken + 1 : taken;
    }

    private bool IsSeconds(ReadOnlySpan<byte> inside)
    {
        if (inside[0] == '<' && inside[^1] == '>') inside = inside[1..^1].Trim((byte)' ');
        bool isDelta = inside.Length > 0 && inside[0] == '+';
        if (isDelta) inside = inside[1..];
        int dot = inside.IndexOf((byte)'.');
        if (dot < 1 || dot > 12 || inside.Length - dot is < 2 or > 10) return false;
        if (!IsDigits(inside[..dot]) || !IsDigits(inside[(dot + 1)..])) return false;
        if (!Utf8Parser.TryParse(inside[..dot], out long seconds, out _)) return false;
        long micros = 0;
        ReadOnlySpan<byte> fraction = inside[(dot + 1)..];
        for (int i = 0; i < 6; i++) micros = (micros * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        if (!isDelta) Monotonic = (seconds * 1_000_000) + micros;
        return true;
    }

    private static bool IsCaller(ReadOnlySpan<byte> inside) => inside[0] is (byte)'T' or (byte)'C' && inside.Length > 1 && IsDigits(inside[1..]);

    /// <summary><c>Sat Jun 13 12:00:01 2020</c> (dmesg -T), <c>Aug 9 12:00</c> (dmesg -H).</summary>
    private bool IsDate(ReadOnlySpan<byte> inside)
    {
        ReadOnlySpan<byte> date = inside.Length > 4 && inside[3] == ' ' && Timestamps.Month(inside) == 0 ? inside[4..] : inside;
        if (Timestamps.Month(date) == 0 || date.IndexOf((byte)':') < 0) return false;
        RealTime = Timestamps.ParseCtime(date) ?? RealTime;
        return true;
    }

    /// <summary><c>&lt;13&gt;</c>, and with a version behind it the header of RFC 5424.</summary>
    private int TakePriority(ReadOnlySpan<byte> text)
    {
        int end = text[..Math.Min(text.Length, 5)].IndexOf((byte)'>');
        if (end < 2 || !IsDigits(text[1..end]) || !Utf8Parser.TryParse(text[1..end], out int priority, out _) || priority > 199) return 0;
        Priority = priority;
        ReadOnlySpan<byte> rest = text[(end + 1)..];
        return end + 1 + (rest.StartsWith("1 "u8) ? TakeRfc5424(rest) : 0);
    }

    private int TakeRfc5424(ReadOnlySpan<byte> text)
    {
        int at = 2;
        ReadOnlySpan<byte> time = Word(text, ref at), host = Word(text, ref at), program = Word(text, ref at);
        Word(text, ref at);
        Word(text, ref at);
        if (at >= text.Length || text[at] is not ((byte)'-' or (byte)'[')) return 0;
        if (text[at] == '-') at++;
        else
        {
            while (at < text.Length && text[at] == '[')
            {
                int close = EndOfElement(text[at..]);
                if (close < 0) return 0;
                at += close + 1;
            }
        }

        if (at < text.Length && text[at] == ' ') at++;
        if (text[at..].StartsWith("\uFEFF"u8)) at += 3;
        if (Timestamps.TryParseIso(time, out long micros, out _)) RealTime = micros;
        if (!host.SequenceEqual("-"u8)) Host = host;
        if (!program.SequenceEqual("-"u8)) SetIdentifier(program);
        _hasIdentifier = true;
        return at;
    }

    /// <summary>Where a structured-data element ends: at a bracket that neither a backslash nor quotes protect.</summary>
    private static int EndOfElement(ReadOnlySpan<byte> text)
    {
        bool isQuoted = false;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') isQuoted = !isQuoted;
            else if (text[i] == ']' && !isQuoted) return i;
        }

        return -1;
    }

    /// <summary>/dev/kmsg: <c>6,1234,567890,-[,caller=T1];</c>, Documentation/ABI/testing/dev-kmsg of the kernel.</summary>
    private int TakeKmsg(ReadOnlySpan<byte> text)
    {
        int end = text[..Math.Min(text.Length, 128)].IndexOf((byte)';');
        if (end < 5 || !Utf8Parser.TryParse(text, out int priority, out int at) || at >= end || text[at] != ',') return 0;
        if (!Utf8Parser.TryParse(text[(at + 1)..], out ulong sequence, out int digits) || digits == 0) return 0;
        at += digits + 1;
        if (at >= end || text[at] != ',' || !Utf8Parser.TryParse(text[(at + 1)..], out long micros, out digits)) return 0;
        at += digits + 1;
        if (at >= end || text[at] != ',' || text[at + 1] is not ((byte)'-' or (byte)'c' or (byte)'+')) return 0;
        (Priority, Sequence, Monotonic) = (priority & 0x3FF, sequence, micros);
        _hasStamp = true;
        return end + 1;
    }

    /// <summary>dmesg -x: <c>kern  :crit  : </c>.</summary>
    private int TakeFacility(ReadOnlySpan<byte> text)
    {
        int colon = text[..Math.Min(text.Length, 12)].IndexOf((byte)':');
        if (colon < 4 || Timestamps.Facility(text[..colon].TrimEnd((byte)' ')) is not (>= 0 and var facility)) return 0;
        ReadOnlySpan<byte> rest = text[(colon + 1)..];
        int second = rest[..Math.Min(rest.Length, 12)].IndexOf((byte)':');
        if (second < 3 || Timestamps.Level(rest[..second].Trim((byte)' ')) is not (>= 0 and var level)) return 0;
        Priority = (facility << 3) | level;
        int taken = colon + second + 2;
        return taken < text.Length && text[taken] == ' ' ? taken + 1 : taken;
    }

    /// <summary><c>Jul 10 11:59:03[.123456] [HOST ]PROGRAM[PID]: </c>, RFC 3164 and journalctl -o short.</summary>
    private int TakeSyslog(ReadOnlySpan<byte> text)
    {
        if (text.Length < 15 || Timestamps.Month(text) == 0 || text[3] != ' ') return 0;
        int at = 4;
        while (at < text.Length && text[at] == ' ') at++;
        ReadOnlySpan<byte> day = Word(text, ref at);
        ReadOnlySpan<byte> time = Word(text, ref at);
        if (day.Length is 0 or > 2 || !IsDigits(day) || !Timestamps.IsTimeOfDay(time)) return 0;
        return at + TakeHostAndProgram(text[at..]);
    }

    /// <summary><c>2024-02-03T04:05:06.123456+01:00 HOST PROGRAM[PID]: </c>, also with a space for the T.</summary>
    private int TakeIso(ReadOnlySpan<byte> text)
    {
        if (!Timestamps.TryParseIso(text, out long micros, out int taken) || taken >= text.Length || text[taken] != ' ') return 0;
        RealTime = micros;
        return taken + 1 + TakeHostAndProgram(text[(taken + 1)..]);
    }

    private int TakeHostAndProgram(ReadOnlySpan<byte> text)
    {
        _hasStamp = true;
        int at = 0;
        ReadOnlySpan<byte> word = Word(text, ref at);
        if (TakeProgram(word)) return at;
        if (word.Length > 0 && word[0] == '[') return 0;
        int afterHost = at;
        while (afterHost < text.Length && text[afterHost] == ' ') afterHost++;
        int next = afterHost;
        ReadOnlySpan<byte> second = Word(text, ref next);
        // OpenWrt's logd names facility and level there.
        int dot = second.IndexOf((byte)'.');
        if (dot > 0 && Timestamps.Facility(second[..dot]) is >= 0 and var facility && Timestamps.Level(second[(dot + 1)..]) is >= 0 and var level)
        {
            Priority = (facility << 3) | level;
            afterHost = next;
            second = Word(text, ref next);
        }

        Host = word;
        if (TakeProgram(second)) return next;
        // "kernel:[ 12.3]" has no space behind the colon.
        return second.StartsWith("kernel:"u8) && TakeProgram("kernel:"u8) ? afterHost + 7 : afterHost;
    }

    /// <summary>A program without a time stamp: <c>kernel: </c>, <c>host kernel: </c> or <c>multipathd[123]: </c>.</summary>
    private int TakeIdentifier(ReadOnlySpan<byte> text)
    {
        if (_hasIdentifier) return 0;
        if (text.StartsWith("kernel:"u8) && TakeProgram("kernel:"u8)) return text.Length > 7 && text[7] == ' ' ? 8 : 7;
        int at = 0;
        ReadOnlySpan<byte> word = Word(text, ref at);
        if (word.IsEmpty) return 0;
        if (word[^1] == ':') return word.Length > 4 && word[^2] == ']' && TakeProgram(word) ? at : 0;
        if (!_hasStamp || !text[at..].StartsWith("kernel: "u8)) return 0;
        Host = word;
        SetIdentifier("kernel"u8);
        return at + 8;
    }

    /// <summary><c>NAME:</c> or <c>NAME[PID]:</c>.</summary>
    private bool TakeProgram(ReadOnlySpan<byte> word)
    {
        if (word.Length < 2 || word[^1] != ':') return false;
        ReadOnlySpan<byte> name = word[..^1];
        if (name[^1] == ']')
        {
            int open = name.LastIndexOf((byte)'[');
            if (open < 1 || !IsDigits(name[(open + 1)..^1])) return false;
            name = name[..open];
        }

        if (name.IndexOfAny(NotInNames) >= 0 && name[0] != '(') return false;
        SetIdentifier(name);
        return true;
    }

    private void SetIdentifier(ReadOnlySpan<byte> name)
    {
        Identifier = name;
        _hasIdentifier = true;
    }

    /// <summary>The bytes up to the next space, which is passed over.</summary>
    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, scoped ref int at)
    {
        if (at >= text.Length) return default;
        ReadOnlySpan<byte> rest = text[at..];
        int length = rest[..Math.Min(rest.Length, MaxWordBytes)].IndexOf((byte)' ');
        if (length < 0) length = rest.Length;
        at = Math.Min(text.Length, at + length + 1);
        return rest[..length];
    }

    private static bool IsDigits(ReadOnlySpan<byte> text) => text.Length > 0 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
