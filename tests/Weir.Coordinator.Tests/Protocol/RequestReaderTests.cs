using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Tests.Protocol;

public sealed class RequestReaderTests
{
    [Fact]
    public void Ehlo()
    {
        ClientRequest request = Read("{\"command\":\"ehlo\",\"id\":\"n0\",\"fsname\":\"lustre\",\"archive_ids\":[1,2],\"hai_list\":[],\"caps\":[\"x\",\"data_b64\",3]}");
        Assert.Equal(CommandKind.Ehlo, request.Command);
        Assert.Equal(("n0", "lustre", true, true, false), (request.Id, request.FsName, request.HasRunningList, request.AcceptsBase64, request.HasBadArchiveId));
        Assert.Equal([1, 2], request.ArchiveIds);
    }

    [Theory]
    [InlineData("[0]")]
    [InlineData("[-1]")]
    [InlineData("[1,\"2\"]")]
    [InlineData("[1,[2]]")]
    [InlineData("[4294967296]")]
    [InlineData("[1.0]")]
    [InlineData("1")]
    public void Bad_archive_ids(string ids) => Assert.True(Read($"{{\"command\":\"ehlo\",\"archive_ids\":{ids}}}").HasBadArchiveId);

    [Fact]
    public void Of_what_stands_twice_the_last_counts()
    {
        ClientRequest request = Read("{\"command\":\"done\",\"archive_ids\":[0],\"archive_ids\":[7],\"max_bytes\":5,\"max_bytes\":6,\"command\":\"recv\"}");
        Assert.Equal((CommandKind.Recv, 6), (request.Command, request.MaxBytes));
        Assert.Equal([7], request.ArchiveIds);
        Assert.False(request.HasBadArchiveId);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var reader = new RequestReader();
        reader.Read("{\"command\":\"ehlo\",\"id\":\"x\",\"max_archive\":1,\"verbose\":9,\"archive_ids\":[3],\"token\":\"t\",\"caps\":[\"data_b64\"],\"hai_cookie\":3}"u8);
        ClientRequest request = reader.Read("{\"command\":\"recv\",\"id\":null}"u8);
        Assert.Equal((-1, -1, -1, 1024 * 1024, 4), (request.MaxArchive, request.MaxRestore, request.MaxRemove, request.MaxBytes, request.Verbosity));
        Assert.True(request.Id is null && request.Token is null && request.ArchiveIds.Count == 0 && !request.AcceptsBase64 && !request.HasKey && !request.HasCookie);
    }

    [Theory]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":4,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":2,\"f_ver\":0},\"status\":-5}", true)]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":4}", false)]
    [InlineData("{\"command\":\"done\",\"hai_dfid\":{\"f_seq\":1,\"f_oid\":2,\"f_ver\":0}}", false)]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":4,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":2,\"f_ver\":0,\"x\":1}}", false)]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":\"4\",\"hai_dfid\":{\"f_seq\":1,\"f_oid\":2,\"f_ver\":0}}", false)]
    [InlineData("{\"command\":\"done\",\"hai_cookie\":[{}],\"hai_dfid\":[{\"f_seq\":1}]}", false)]
    public void Done_needs_both_halves_of_the_key(string message, bool hasKey) => Assert.Equal(hasKey, Read(message).HasKey);

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"command\":null}")]
    [InlineData("{\"command\":5}")]
    [InlineData("{\"command\":[\"recv\"]}")]
    [InlineData("{\"command\":\"Recv\"}")]
    [InlineData("{\"command\":\"recv\\u0000\"}")]
    public void No_command(string message) => Assert.Equal(CommandKind.Unknown, Read(message).Command);

    [Theory]
    [InlineData("{\"command\":\"recv\",\"max_archive\":\"1\"}")]
    [InlineData("{\"command\":\"recv\",\"max_bytes\":1.5}")]
    [InlineData("{\"command\":\"ehlo\",\"id\":5}")]
    [InlineData("{\"command\":\"ehlo\",\"hai_list\":{}}")]
    [InlineData("{\"command\":\"recv\"]")]
    [InlineData("{\"command\" \"recv\"}")]
    [InlineData("{\"x\":\"\\udfff\"}")]
    public void What_has_the_wrong_type_or_is_not_JSON_is_refused(string message) => Assert.Throws<ProtocolException>(() => Read(message));

    [Fact]
    public void Garbage_is_refused_and_never_breaks_the_reader()
    {
        string[] messages =
        [
            "{\"command\":\"ehlo\",\"id\":\"n0\",\"archive_ids\":[1,2],\"caps\":[\"data_b64\"]}",
            "{\"command\":\"done\",\"hai_cookie\":4,\"hai_dfid\":{\"f_seq\":1,\"f_oid\":2,\"f_ver\":0},\"status\":-5}",
            "{\"command\":\"recv\",\"max_archive\":1,\"max_restore\":2,\"max_remove\":3,\"max_bytes\":1048576}",
        ];
        var reader = new RequestReader();
        int read = 0;
        foreach (int seed in Enumerable.Range(1, LongRun.IsOn ? 2_000_000 : 30_000))
        {
            var random = new Random(seed);
            byte[] message = Encoding.UTF8.GetBytes(messages[random.Next(messages.Length)]);
            for (int i = random.Next(4); i > 0; i--) message[random.Next(message.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"{}[],:\"\\0u"[random.Next(10)];
            if (random.Next(8) == 0) message = message[..random.Next(message.Length)];
            try
            {
                reader.Read(message);
                read++;
            }
            catch (ProtocolException)
            {
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed}: {Encoding.Latin1.GetString(message)}: {exception}");
            }
        }

        Assert.InRange(read, 1000, int.MaxValue);
    }

    private static ClientRequest Read(string message) => new RequestReader().Read(Encoding.UTF8.GetBytes(message));
}
