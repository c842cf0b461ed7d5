using System.Text;

namespace Weir.Hsm.Events;

/// <summary>An MDT's name in the forms that events need.</summary>
public sealed class MdtName
{
    public MdtName(string text)
        : this(Encoding.UTF8.GetBytes(text)) { }

    /// <param name="utf8">The name; what is not UTF-8 in it is kept, and shown as U+FFFD.</param>
    public MdtName(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) throw new ArgumentException("An MDT's name is empty.", nameof(utf8));
        Text = Encoding.UTF8.GetString(utf8);
        Utf8 = utf8.ToArray();
        Json = new byte[JsonText.MaxLength(Utf8)];
        Json = Json[..JsonText.Write(Utf8, Json)];
    }

    public string Text { get; }

    internal byte[] Utf8 { get; }

    /// <summary>What stands between the quotes of a JSON string.</summary>
    internal byte[] Json { get; }

    public override string ToString() => Text;
}
