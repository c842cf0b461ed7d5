using System.Buffers.Text;
using Weir.Lustre.HsmFiles;
using Weir.Lustre.Network;

namespace Weir.Lustre.Changelog;

/// <summary>
/// Reads a line of <c>lfs changelog</c>, of any version since 2.5, into a record's parts. Names are not escaped in that form, so
/// some lines can be read in two ways; which one is taken is said in docs/changelogs.md. What the text does not say (the last
/// index of the file, open flags beyond the three letters) is zero.
/// </summary>
public static class ChangelogLine
{
    private const int MaxFractionDigits = 10;

    /// <summary>Reads one line, without its newline at the end. The parts' spans point into the line.</summary>
    public static ChangelogError TryParse(ReadOnlySpan<byte> line, out ChangelogFields fields)
    {
        var parser = new Parser(line);
        ChangelogError error = parser.Read();
        fields = parser.Fields;
        if (error != ChangelogError.None) return error;
        if (fields.JobId.Length >= ChangelogLayout.JobIdBytes || fields.Xattr.Length >= ChangelogLayout.XattrBytes) return ChangelogError.BadText;
        return fields.Length > ChangelogRecord.MaxBytes ? ChangelogError.TooLong : ChangelogError.None;
    }

    /// <summary>Whether a line starts as a record does. Other lines go on with the name of the record before them.</summary>
    public static bool IsStart(ReadOnlySpan<byte> line) => new Parser(line).TakeHead() == ChangelogError.None;

    /// <summary>Takes the line apart from the left.</summary>
    private ref struct Parser(ReadOnlySpan<byte> line)
    {
        private ReadOnlySpan<byte> _rest = line;
        private ChangelogFields _fields = new() { Format = ChangelogFormat.Version };

        public readonly ChangelogFields Fields => _fields;

        public ChangelogError Read()
        {
            ChangelogError error = TakeHead();
            if (error == ChangelogError.None) error = TakeExtensions();
            return error == ChangelogError.None ? TakeNames() : error;
        }

        public ChangelogError TakeHead()
        {
            ReadOnlySpan<byte> number = TakeWord();
            if (!Utf8Parser.TryParse(number, out ulong index, out int used) || used != number.Length || index == 0) return ChangelogError.BadIndex;
            if (!TryParseType(TakeWord(), out ChangelogType type)) return ChangelogError.BadType;
            _rest = _rest.TrimStart((byte)' ');
            ReadOnlySpan<byte> clock = TakeWord();
            if (!TryParseTime(clock, TakeWord(), out ChangelogTime time)) return ChangelogError.BadTime;
            if (!NumberText.TryParse(TakeValue(), out ulong flags) || flags > 0xfff) return ChangelogError.BadNumber;
            if (!TryTake(" t="u8) || !TryTakeFid(out Fid target)) return ChangelogError.BadFid;
            _fields.Index = index;
            _fields.Type = type;
            _fields.Time = time;
            _fields.Flags = (ushort)flags;
            _fields.Target = target;
            return ChangelogError.None;
        }

        private ChangelogError TakeExtensions()
        {
            if (TryTake(" j="u8))
            {
                _fields.Format |= ChangelogFormat.JobId;
                _fields.JobId = TakeJob();
            }

            if (!TryTake(" ef="u8)) return ChangelogError.None;
            if (!NumberText.TryParse(TakeValue(), out ulong extra)) return ChangelogError.BadNumber;
            _fields.Format |= ChangelogFormat.ExtraFlags;
            _fields.Extra = (ChangelogExtra)extra;
            if ((_fields.Extra & ~ChangelogExtra.Known) != 0) return ChangelogError.UnknownExtension;
            if ((_fields.Extra & ChangelogExtra.UidGid) != 0)
            {
                if (!TryTake(" u="u8) || !NumberText.TryParsePair(TakeValue(), (byte)':', out ulong uid, out ulong gid)) return ChangelogError.BadNumber;
                (_fields.Uid, _fields.Gid) = (uid, gid);
            }

            if ((_fields.Extra & ChangelogExtra.Nid) != 0)
            {
                if (!TryTake(" nid="u8) || !NidText.TryParse(TakeValue(), out Nid nid)) return ChangelogError.BadNid;
                bool isWide = (_fields.Extra & ChangelogExtra.NidWide) != 0;
                if (!nid.IsAny && (isWide ? nid.Type > byte.MaxValue : !nid.FitsNarrow)) return ChangelogError.BadNid;
                _fields.Nid = nid;
            }

            if ((_fields.Extra & ChangelogExtra.Open) != 0 && TryTake(" m="u8))
            {
                if (!ChangelogOpenMode.TryParse(TakeValue(), out uint openFlags)) return ChangelogError.BadNumber;
                _fields.OpenFlags = openFlags;
            }

            if ((_fields.Extra & ChangelogExtra.Xattr) != 0 && TryTake(" x="u8))
            {
                int end = _rest.IndexOf(" p=["u8);
                _fields.Xattr = end < 0 ? _rest : _rest[..end];
                _rest = _rest[_fields.Xattr.Length..];
            }

            return ChangelogError.None;
        }

        private ChangelogError TakeNames()
        {
            if (TryTake(" p="u8))
            {
                if (!TryTakeFid(out Fid parent)) return ChangelogError.BadFid;
                _fields.Parent = parent;
            }

            if (_fields.Type == ChangelogType.Rename) SplitRename();
            if (_rest.IsEmpty) return ChangelogError.None;
            if (_rest[0] != ' ') return ChangelogError.BadText;
            _fields.Name = _rest[1..];
            return ChangelogError.None;
        }

        /// <summary>At the last place that reads as source and source directory: a name may hold such text, a fid may not hold a name.</summary>
        private void SplitRename()
        {
            ReadOnlySpan<byte> whole = _rest;
            for (int at = whole.LastIndexOf(" s=["u8); at >= 0; at = whole[..at].LastIndexOf(" s=["u8))
            {
                _rest = whole[(at + 3)..];
                if (!TryTakeFid(out Fid source) || !TryTake(" sp="u8) || !TryTakeFid(out Fid parent) || (!_rest.IsEmpty && _rest[0] != ' ')) continue;
                _fields.Format |= ChangelogFormat.Rename;
                _fields.Source = source;
                _fields.SourceParent = parent;
                _fields.HasSourceName = true;
                _fields.SourceName = _rest.IsEmpty ? _rest : _rest[1..];
                _rest = whole[..at];
                return;
            }

            _rest = whole;
        }

        /// <summary>A job may hold blanks: where extra flags follow within a job's length, it goes up to them, otherwise up to the first blank.</summary>
        private ReadOnlySpan<byte> TakeJob()
        {
            int end = _rest[..Math.Min(_rest.Length, ChangelogLayout.JobIdBytes + 5)].IndexOf(" ef=0x"u8);
            if (end < 0) return TakeValue();
            ReadOnlySpan<byte> job = _rest[..end];
            _rest = _rest[end..];
            return job;
        }

        private bool TryTakeFid(out Fid fid)
        {
            fid = default;
            int end = _rest.IndexOf((byte)']');
            if (end < 0 || _rest[0] != '[' || !Fid.TryParse(_rest[..(end + 1)], out fid)) return false;
            _rest = _rest[(end + 1)..];
            return true;
        }

        private bool TryTake(ReadOnlySpan<byte> prefix)
        {
            if (!_rest.StartsWith(prefix)) return false;
            _rest = _rest[prefix.Length..];
            return true;
        }

        /// <summary>Up to the next blank, which stays.</summary>
        private ReadOnlySpan<byte> TakeValue()
        {
            int blank = _rest.IndexOf((byte)' ');
            ReadOnlySpan<byte> value = blank < 0 ? _rest : _rest[..blank];
            _rest = _rest[value.Length..];
            return value;
        }

        /// <summary>Up to the next blank, which goes too.</summary>
        private ReadOnlySpan<byte> TakeWord()
        {
            ReadOnlySpan<byte> word = TakeValue();
            if (!_rest.IsEmpty) _rest = _rest[1..];
            return word;
        }
    }

    private static bool TryParseType(ReadOnlySpan<byte> word, out ChangelogType type)
    {
        type = 0;
        int digits = 0;
        while (digits < word.Length && char.IsAsciiDigit((char)word[digits])) digits++;
        if (digits < 2 || digits == word.Length || !Utf8Parser.TryParse(word[..digits], out uint number, out _)) return false;
        type = (ChangelogType)number;
        return word[digits..].SequenceEqual(number < ChangelogTypes.Count ? ChangelogTypes.Utf8(type) : "(null)"u8);
    }

    private static bool TryParseTime(ReadOnlySpan<byte> clock, ReadOnlySpan<byte> date, out ChangelogTime time)
    {
        time = default;
        if (clock.Length is < 10 or > 9 + MaxFractionDigits || clock[2] != ':' || clock[5] != ':' || clock[8] != '.') return false;
        if (date.Length != 10 || date[4] != '.' || date[7] != '.') return false;
        if (!TryDigits(clock[..2], out uint hour) || !TryDigits(clock[3..5], out uint minute) || !TryDigits(clock[6..8], out uint second)) return false;
        if (!TryDigits(clock[9..], out uint fraction) || !TryDigits(date[..4], out uint year) || !TryDigits(date[5..7], out uint month)) return false;
        if (!TryDigits(date[8..], out uint day) || hour > 23 || minute > 59 || second > 59) return false;
        if (!CivilDate.TryToDays(year, month, day, out uint days)) return false;
        for (int digits = clock.Length - 9; digits < 9; digits++) fraction *= 10;
        if (fraction >= 1u << 30) return false;
        ulong seconds = days * 86400UL + hour * 3600 + minute * 60 + second;
        if (seconds >> 34 != 0) return false;
        time = new(seconds, fraction);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        foreach (byte b in text)
        {
            if (b is < (byte)'0' or > (byte)'9') return false;
            if (value > (uint.MaxValue - 9) / 10) return false;
            value = value * 10 + b - '0';
        }

        return true;
    }
}
