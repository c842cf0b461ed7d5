using System.Text;
using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// Bytes that no wording tells apart are one class, which keeps the automaton's rows short. Classes of bytes that are frequent in log lines
/// have the low numbers, so that what is looked up often lies together.
/// </summary>
internal sealed class ByteClasses
{
    private const string Frequent = " eiortnasdcl0mu1pf:2g5b3v4hk67-y_8w9.x(),/[]#=TSBDAIECRNFPLOMXU";

    private ByteClasses(byte[] classOf, byte[] samples)
    {
        ClassOf = classOf;
        Samples = samples;
    }

    /// <summary>The class of each byte.</summary>
    public byte[] ClassOf { get; }

    /// <summary>A byte of each class.</summary>
    public byte[] Samples { get; }

    public int Count => Samples.Length;

    public static ByteClasses Of(IEnumerable<ByteSet> sets)
    {
        var classes = new List<List<byte>> { Enumerable.Range(0, 256).Select(value => (byte)value).ToList() };
        foreach (ByteSet set in sets.Distinct())
        {
            for (int i = classes.Count - 1; i >= 0; i--)
            {
                List<byte> inside = classes[i].FindAll(set.Contains);
                if (inside.Count == 0 || inside.Count == classes[i].Count) continue;
                classes[i].RemoveAll(set.Contains);
                classes.Add(inside);
            }
        }

        byte[] frequent = Encoding.ASCII.GetBytes(Frequent);
        classes = [.. classes.OrderBy(members => members.Min(member => (uint)Array.IndexOf(frequent, member)))];
        var classOf = new byte[256];
        for (int i = 0; i < classes.Count; i++)
        {
            foreach (byte value in classes[i]) classOf[value] = (byte)i;
        }

        return new(classOf, [.. classes.Select(members => members[0])]);
    }
}
