using System.Text;

namespace Weir.Hsm.Top;

/// <summary>Small numbers for names: the kernel's have their enumeration's, others get one when they are first met, as long as there are not too many.</summary>
internal sealed class NameCodes
{
    private const int FirstOdd = 16;
    private const int MaxOdd = 48;

    private readonly List<(byte[] Utf8, string Text)> _odd = [];

    /// <param name="known">The enumeration's value, 0 where it does not know the name.</param>
    /// <param name="text">The name as it was told.</param>
    public byte CodeOf(byte known, ReadOnlySpan<byte> text)
    {
        if (known != 0) return known;
        for (int i = 0; i < _odd.Count; i++)
        {
            if (text.SequenceEqual(_odd[i].Utf8)) return (byte)(FirstOdd + i);
        }

        if (_odd.Count == MaxOdd || text.IsEmpty) return 0;
        _odd.Add((text.ToArray(), Encoding.UTF8.GetString(text)));
        return (byte)(FirstOdd + _odd.Count - 1);
    }

    /// <summary>Null when the code is not that of an odd name.</summary>
    public string? OddText(byte code) => code >= FirstOdd ? _odd[code - FirstOdd].Text : null;
}
