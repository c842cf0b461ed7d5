using System.Text;
using Weir.BlockEvents.Collectors;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Tests.Collectors;

/// <summary>Keeps the lines that a source hands out.</summary>
internal sealed class LineList : ILineSink
{
    public List<string> Texts { get; } = [];

    public List<string> Identifiers { get; } = [];

    public List<long?> RealTimes { get; } = [];

    public List<string> Devices { get; } = [];

    public long Lost { get; private set; }

    public void Take(in LogLine line)
    {
        Texts.Add(Encoding.Latin1.GetString(line.Text));
        Identifiers.Add(Encoding.Latin1.GetString(line.Identifier));
        RealTimes.Add(line.RealTimeMicroseconds);
        Devices.Add(Encoding.Latin1.GetString(line.KernelDevice));
    }

    /// <summary>Programs whose lines are wanted; all when empty.</summary>
    public List<string> Wanted { get; } = [];

    public long Passed { get; private set; }

    public bool Wants(ReadOnlySpan<byte> identifier) => Wanted.Count == 0 || Wanted.Contains(Encoding.Latin1.GetString(identifier));

    public void PassOver(long count) => Passed += count;

    public void TellLost(long count, string why) => Lost += count;

    public LineList ReadAll(ILogSource source)
    {
        while (source.Read(this))
        {
            // All of it.
        }

        return this;
    }
}
