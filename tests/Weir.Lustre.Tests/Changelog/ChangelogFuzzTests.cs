using System.Diagnostics;
using System.Text;
using Weir.Lustre.Changelog;

namespace Weir.Lustre.Tests.Changelog;

/// <summary>The parsers against bytes that somebody mutated: nothing may throw, nothing may stand still. Ten minutes with <c>./test --long</c>.</summary>
public sealed class ChangelogFuzzTests
{
    private static readonly TimeSpan Duration =
        Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(5);

    [Fact]
    public void Mutated_records_never_break_the_scanner()
    {
        Run((random, seed) =>
        {
            var records = new RandomChangelog(seed);
            var stream = new MemoryStream();
            for (ulong index = 1; index <= 8; index++) stream.Write(records.Record(index));
            byte[] bytes = Mutate(stream.ToArray(), random);
            var reader = new ChangelogBinaryReader(new HsmFiles.RaggedStream(bytes, random, 700), 1);
            long passed = 0;
            var line = new byte[ChangelogText.MaxBytes];
            var again = new byte[ChangelogRecord.MaxBytes];
            while (reader.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
            {
                passed += found == ChangelogScan.Damage ? damage.Bytes : record.Length;
                if (found == ChangelogScan.Damage) continue;
                Assert.InRange(ChangelogText.Format(record, line), 1, ChangelogText.MaxBytes);
                if ((record.Extra & ~ChangelogExtra.Known) == 0) Assert.Equal(record.Length, ChangelogFields.Of(record).Write(again));
            }

            Assert.Equal(bytes.Length, passed);
        });
    }

    [Fact]
    public void Mutated_text_never_breaks_the_reader()
    {
        Run((random, seed) =>
        {
            var records = new RandomChangelog(seed) { Alphabet = "ab c=[]:0x\n" };
            var text = new MemoryStream();
            var line = new byte[ChangelogText.MaxBytes];
            for (ulong index = 1; index <= 8; index++)
            {
                ChangelogRecord.TryParse(records.Record(index), out ChangelogRecord record);
                text.Write(line, 0, ChangelogText.Format(record, line));
                text.WriteByte((byte)'\n');
            }

            byte[] bytes = Mutate(text.ToArray(), random);
            var reader = new ChangelogTextReader(new HsmFiles.RaggedStream(bytes, random, 700));
            for (int found = 0; reader.Next(out ChangelogRecord record, out _) is var next && next != ChangelogScan.End; found++)
            {
                Assert.True(found <= bytes.Length);
                if (next == ChangelogScan.Record) Assert.InRange(ChangelogText.Format(record, line), 1, ChangelogText.MaxBytes);
            }

            if (ChangelogUsers.TryParse(bytes, out ChangelogUsers users, out _)) Assert.Empty(users.Users);
        });
    }

    private static void Run(Action<Random, int> attempt)
    {
        int first = Environment.GetEnvironmentVariable("WEIR_TEST_SEED") is { } chosen ? int.Parse(chosen) : Random.Shared.Next();
        long started = Stopwatch.GetTimestamp();
        for (int seed = first; Stopwatch.GetElapsedTime(started) < Duration; seed = unchecked(seed + 1))
        {
            try
            {
                attempt(new Random(seed), seed);
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"WEIR_TEST_SEED={seed} shows it again.", failed);
            }
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutated = new List<byte>(bytes);
        for (int i = random.Next(1, 6); i > 0 && mutated.Count > 0; i--)
        {
            int at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 40), mutated.Count - at));
                    break;
                case 3:
                    mutated.InsertRange(at, bytes.AsSpan(random.Next(bytes.Length / 2), random.Next(1, 40)).ToArray());
                    break;
                default:
                    mutated.InsertRange(at, Encoding.ASCII.GetBytes(new string((char)random.Next(128), random.Next(1, 3000))));
                    break;
            }
        }

        return [.. mutated];
    }
}
