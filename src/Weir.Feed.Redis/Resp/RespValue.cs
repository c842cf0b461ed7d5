using System.Globalization;
using System.Text;

namespace Weir.Feed.Redis.Resp;

/// <summary>A small reply as objects, for what is not asked often.</summary>
internal sealed class RespValue
{
    /// <summary>An object takes some thirty times the memory of the shortest element: a reply must not become more of them than a cluster's slots need.</summary>
    public const int MaxItems = 1_000_000;

    private RespValue(byte[] text, IReadOnlyList<RespValue>? items, bool isNull, bool isError)
    {
        Bytes = text;
        Items = items ?? [];
        IsArray = items is not null;
        IsNull = isNull;
        IsError = isError;
    }

    public byte[] Bytes { get; }

    /// <summary>The members of an array; of a map, keys and values in turn.</summary>
    public IReadOnlyList<RespValue> Items { get; }

    public bool IsArray { get; }

    /// <summary>A null array; a null string is an empty text.</summary>
    public bool IsNull { get; }

    public bool IsError { get; }

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <exception cref="RespProtocolException">It is no number.</exception>
    public long Integer => ToInteger(Bytes);

    public static long ToInteger(byte[] text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
        ? value
        : throw new RespProtocolException($"The server answered '{Encoding.UTF8.GetString(text)}' where a number should stand.");

    /// <summary>The value behind a key of a map or of an array of keys and values; null when there is none.</summary>
    public RespValue? this[string key]
    {
        get
        {
            for (int i = 0; i + 1 < Items.Count; i += 2)
            {
                if (!Items[i].IsArray && Items[i].Text == key) return Items[i + 1];
            }

            return null;
        }
    }

    /// <exception cref="RespErrorException">The reply itself is an error.</exception>
    /// <exception cref="RespProtocolException">It has more than <see cref="MaxItems"/> elements.</exception>
    public static RespValue Parse(ReadOnlySpan<byte> reply)
    {
        var reader = new RespReader(reply);
        int left = MaxItems;
        return Read(ref reader, ref left);
    }

    public RespValue ThrowIfError() => IsError ? throw RespErrorException.From(Bytes) : this;

    private static RespValue Read(ref RespReader reader, ref int left)
    {
        if (--left < 0) throw new RespProtocolException($"The server's reply has more than {MaxItems} elements.");
        if (reader.TryReadError(out ReadOnlySpan<byte> error)) return new(error.ToArray(), null, false, true);
        switch (reader.Kind)
        {
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%':
                int count = reader.ReadArray();
                if (count < 0) return new([], null, true, false);
                var items = new List<RespValue>(Math.Min(count, 1024));
                for (int i = 0; i < count; i++) items.Add(Read(ref reader, ref left));
                return new([], items, false, false);
            case (byte)'_':
                reader.Skip();
                return new([], null, true, false);
            case (byte)'#':
                reader.Skip();
                return new([], null, false, false);
            default:
                return new(reader.ReadString().ToArray(), null, false, false);
        }
    }
}
