using Npgsql;
using Weft.Training;

namespace Weft.Postgres.Tests;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://weft@db/sweeps", "db", 5432, "weft", "sweeps", SslMode.VerifyFull)]
    [InlineData("postgresql://weft@db.example.org:6432/sweeps", "db.example.org", 6432, "weft", "sweeps", SslMode.VerifyFull)]
    [InlineData("postgres://db/sweeps", "db", 5432, null, "sweeps", SslMode.VerifyFull)]
    [InlineData("postgres://weft@localhost/sweeps", "localhost", 5432, "weft", "sweeps", SslMode.Prefer)]
    [InlineData("postgres://weft@127.0.0.1/sweeps", "127.0.0.1", 5432, "weft", "sweeps", SslMode.Prefer)]
    [InlineData("postgres://weft@[::1]:5433/sweeps", "[::1]", 5433, "weft", "sweeps", SslMode.Prefer)]
    [InlineData("postgres://weft@/sweeps?host=/run/postgresql", "/run/postgresql", 5432, "weft", "sweeps", SslMode.Prefer)]
    [InlineData("postgres://weft@/sweeps?host=/run/postgresql&port=5433", "/run/postgresql", 5433, "weft", "sweeps", SslMode.Prefer)]
    [InlineData("postgres://a%40b@db/my%20sweeps?sslmode=require", "db", 5432, "a@b", "my sweeps", SslMode.Require)]
    [InlineData("postgres://weft@db/sweeps?sslmode=disable", "db", 5432, "weft", "sweeps", SslMode.Disable)]
    public void An_address_is_what_libpq_makes_of_it(string text, string host, int port, string? user, string database, SslMode mode)
    {
        var settings = PostgresAddress.Parse(text).Settings;

        Assert.Equal((host, port, user, database, mode), (settings.Host, settings.Port, settings.Username, settings.Database, settings.SslMode));
        Assert.Equal((2, 0), (settings.MaxPoolSize, settings.MinPoolSize));
    }

    [Theory]
    [InlineData("mysql://weft@db/sweeps")]
    [InlineData("postgres:db")]
    [InlineData("postgres://db")]
    [InlineData("postgres://weft@db/")]
    [InlineData("postgres://weft@/sweeps")]
    [InlineData("postgres://weft@db/sweeps?sslmode=maybe")]
    [InlineData("postgres://weft@db/sweeps?options=x")]
    [InlineData("postgres://weft@db:no/sweeps")]
    [InlineData("")]
    public void What_is_none_is_refused(string text) =>
        Assert.Equal(ErrorKind.InvalidInput, Assert.Throws<WeftException>(() => PostgresAddress.Parse(text)).Kind);

    [Fact]
    public void A_password_is_refused_and_not_repeated()
    {
        var error = Assert.Throws<WeftException>(() => PostgresAddress.Parse("postgres://weft:s3cret@db/sweeps"));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.DoesNotContain("s3cret", error.ToString());
        Assert.Contains("PGPASSWORD", Assert.IsType<Advice>(error.Next).Text);
    }
}
